// screen-view.ts: what screens found, as operators read it. SPDX-License-Identifier: Apache-2.0
import { screenIdName, screenIdText } from "../../../shared/gen/wire.gen.js";
import type { CountersReply } from "../helper/control.gen.js";
import type { Snapshot, SnapshotZone } from "../snapshot/snapshot.gen.js";
import type { ScreenView } from "./api.js";

/** screenViews lists the zones that have screens, or had them and counted, with each check that is asked or was met. */
export function screenViews(snapshot: Snapshot, counted: CountersReply, only: string | undefined): ScreenView[] {
  return snapshot.zones
    .filter((zone) => only === undefined || zone.name === only)
    .map((zone) => screenView(zone, snapshot, counted))
    .filter((view) => view.screen !== "" || view.counters.length > 0);
}

function screenView(zone: SnapshotZone, snapshot: Snapshot, counted: CountersReply): ScreenView {
  const screen = snapshot.screens[zone.screen - 1];
  const met = new Map(
    counted.screens.filter((row) => row.zone === zone.id).map(({ screen: id, packets }) => [id, packets]),
  );
  const checks = [
    ...new Set([...(screen?.checks ?? []), ...(screen?.thresholds ?? []).map((row) => row.screen), ...met.keys()]),
  ].toSorted((a, b) => a - b);
  return {
    zone: zone.name,
    screen: screen?.name ?? "",
    alarmWithoutDrop: screen?.alarm_without_drop ?? false,
    counters: checks.map((id) => ({
      check: screenIdName[id]?.toLowerCase().replaceAll("_", "-") ?? String(id),
      attack: screenIdText[id] ?? "",
      packets: met.get(id) ?? 0,
    })),
  };
}

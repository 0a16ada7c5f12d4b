// format-sd-layout.ts: structured syslog in the layouts of other releases than 22.2. SPDX-License-Identifier: Apache-2.0
//
// Releases differ in the messages about sessions only; all else is written as format-sd-syslog.ts does.
import { unreachable } from "../base/unreachable.js";
import type { SessionClose, SessionOpen, PolicyDeny } from "../event/event.js";
import { sdSyslogFormat } from "./format-sd-syslog.js";
import { parameters, type Layout, type LayoutMessage } from "./layout.js";
import { layoutFields, valueStyle } from "./layout-fields.js";
import { sdEscape, timestampWriter, type LineFormat, type LineOptions } from "./line.js";
import { priorityOf, Severity } from "./priority.js";
import { template, valuesIn, type Writer } from "./template.js";

/** sdLayoutFormat makes the format for one set of options. */
export function sdLayoutFormat(options: LineOptions, layout: Layout): LineFormat {
  const timestamp = timestampWriter();
  const other = sdSyslogFormat(options);
  const time: Writer<{ readonly time: SessionOpen["time"] }> = (line, event) => timestamp(line, event.time);
  const fields = layoutFields(layout, sdEscape);
  const values = valuesIn(valueStyle(layout, sdEscape));
  const text = (message: LayoutMessage): string => {
    const data = parameters(message, layout).map((name) => `${name}="{${name}}"`);
    const header = `<${priorityOf(options.facility, Severity.info)}>1 {time} {host} RT_FLOW - ${message}`;
    return `${header} [${options.sdId} ${data.join(" ")}]`;
  };
  const open = template<SessionOpen>(text("RT_FLOW_SESSION_CREATE"), { ...fields.open, time });
  const close = template<SessionClose>(text("RT_FLOW_SESSION_CLOSE"), { ...fields.close, time });
  const deny = template<PolicyDeny>(text("RT_FLOW_SESSION_DENY"), { ...fields.deny, time });

  return (line, event, names) => {
    switch (event.kind) {
      case "SESSION_OPEN":
        return open(line, event, values(names));
      case "SESSION_CLOSE":
        return close(line, event, values(names));
      case "POLICY_DENY":
        return deny(line, event, values(names));
      case "SCREEN_DROP":
      case "FILTER_LOG":
      case "LOG_SUPPRESSED":
        return other(line, event, names);
      default:
        return unreachable(event);
    }
  };
}

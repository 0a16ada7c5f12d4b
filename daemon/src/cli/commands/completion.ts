// completion.ts: `ringwall completion bash`: made from the commands themselves, so it knows all of them. SPDX-License-Identifier: Apache-2.0
import { Argument, type Command } from "commander";

import { contextOf } from "../context.js";

export function registerCompletion(program: Command): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "shell to complete in").choices(["bash"]))
    .summary("print a completion script")
    .description("Prints a script that completes commands and options.")
    .addHelpText(
      "after",
      "\nExamples:\n  source <(ringwall completion bash)\n  ringwall completion bash > /etc/bash_completion.d/ringwall",
    )
    .action((_shell: string, _options: unknown, command: Command) => {
      contextOf(command).print(bashCompletion(program));
    });
}

/** bashCompletion writes a table of what may follow each command, and a function that looks it up. */
export function bashCompletion(program: Command): string {
  const rows: string[] = [];
  const walk = (command: Command, path: string): void => {
    const commands = command.commands.map((child) => child.name());
    const options = [...program.options, ...(command === program ? [] : command.options)].map(
      (option) => option.long ?? "",
    );
    const files = command.registeredArguments.some((argument) => argument.name() === "file");
    const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
    rows.push(
      `  ["${path}"]="${[...commands, ...choices, ...options, "--help", ...(files ? ["@file"] : [])].join(" ")}"`,
    );
    for (const child of command.commands) walk(child, `${path} ${child.name()}`);
  };
  const name = program.name();
  walk(program, name);
  return `# bash completion for ${name}; made by \`${name} completion bash\`
declare -gA _${name}_words=(
${rows.join("\n")}
)
_${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} path=${name} at next
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
    --run-dir) ((at++)) ;;
    -*) ;;
    *)
      next="$path \${COMP_WORDS[at]}"
      [[ -v _${name}_words["$next"] ]] && path=$next
      ;;
    esac
  done
  local words=\${_${name}_words["$path"]}
  COMPREPLY=($(compgen -W "\${words//@file/}" -- "$word"))
  [[ $words == *@file* ]] && COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _${name} ${name}`;
}

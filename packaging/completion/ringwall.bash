# bash completion for ringwall; made by `ringwall completion bash`
declare -gA _ringwall_words=(
  ["ringwall"]="check diff apply rollback status show clear log ui test explain replay completion --version --run-dir --json --help"
  ["ringwall check"]="--version --run-dir --json --help @file"
  ["ringwall diff"]="--version --run-dir --json --help @file"
  ["ringwall apply"]="--version --run-dir --json --help @file"
  ["ringwall rollback"]="--version --run-dir --json --help"
  ["ringwall status"]="--version --run-dir --json --help"
  ["ringwall show"]="interfaces queues zones policies routes firewall log security neighbors history sessions counters configuration --version --run-dir --json --help"
  ["ringwall show interfaces"]="--version --run-dir --json --help"
  ["ringwall show queues"]="--version --run-dir --json --help"
  ["ringwall show zones"]="--version --run-dir --json --help"
  ["ringwall show policies"]="--version --run-dir --json --help"
  ["ringwall show routes"]="--version --run-dir --json --help"
  ["ringwall show firewall"]="filter log --version --run-dir --json --help"
  ["ringwall show firewall filter"]="--version --run-dir --json --help"
  ["ringwall show firewall log"]="detail --version --run-dir --json --filter --limit --help"
  ["ringwall show log"]="streams accounting --version --run-dir --json --help"
  ["ringwall show log streams"]="--version --run-dir --json --help"
  ["ringwall show log accounting"]="--version --run-dir --json --help"
  ["ringwall show security"]="nat alarms screen --version --run-dir --json --help"
  ["ringwall show security nat"]="source destination static persistent-nat-table --version --run-dir --json --help"
  ["ringwall show security nat source"]="--version --run-dir --json --help"
  ["ringwall show security nat destination"]="--version --run-dir --json --help"
  ["ringwall show security nat static"]="--version --run-dir --json --help"
  ["ringwall show security nat persistent-nat-table"]="--version --run-dir --json --help"
  ["ringwall show security alarms"]="--version --run-dir --json --help"
  ["ringwall show security screen"]="statistics --version --run-dir --json --help"
  ["ringwall show security screen statistics"]="zone --version --run-dir --json --help"
  ["ringwall show neighbors"]="--version --run-dir --json --help"
  ["ringwall show history"]="--version --run-dir --json --help"
  ["ringwall show sessions"]="--version --run-dir --json --id --source --destination --protocol --port --policy --zone --limit --help"
  ["ringwall show counters"]="--version --run-dir --json --help"
  ["ringwall show configuration"]="--version --run-dir --json --help"
  ["ringwall clear"]="sessions firewall --version --run-dir --json --help"
  ["ringwall clear sessions"]="--version --run-dir --json --id --source --destination --protocol --port --policy --zone --help"
  ["ringwall clear firewall"]="filter all --version --run-dir --json --help"
  ["ringwall clear firewall filter"]="--version --run-dir --json --help"
  ["ringwall clear firewall all"]="--version --run-dir --json --help"
  ["ringwall log"]="--version --run-dir --json --kind --zone --policy --filter --address --help"
  ["ringwall ui"]="--version --run-dir --json --address --port --no-open --help"
  ["ringwall test"]="log-stream --version --run-dir --json --help"
  ["ringwall test log-stream"]="--version --run-dir --json --help"
  ["ringwall explain"]="--version --run-dir --json --from --icmp-type --icmp-code --help"
  ["ringwall replay"]="--version --run-dir --json --config --in --out --events --cold --bytes --close --workers --no-memo --help"
  ["ringwall completion"]="bash --version --run-dir --json --help"
)
_ringwall() {
  local word=${COMP_WORDS[COMP_CWORD]} path=ringwall at next
  for ((at = 1; at < COMP_CWORD; at++)); do
    case ${COMP_WORDS[at]} in
    --run-dir) ((at++)) ;;
    -*) ;;
    *)
      next="$path ${COMP_WORDS[at]}"
      [[ -v _ringwall_words["$next"] ]] && path=$next
      ;;
    esac
  done
  local words=${_ringwall_words["$path"]}
  COMPREPLY=($(compgen -W "${words//@file/}" -- "$word"))
  [[ $words == *@file* ]] && COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _ringwall ringwall

export type Shell = 'bash' | 'zsh' | 'fish';

/** Each shell asks `chantier complete` for candidates; if there are none, it completes file names. */
export const scripts: Record<Shell, string> = {
  bash: `_chantier() {
  local IFS=$'\\n'
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=($(compgen -W "$(chantier complete -- "\${words[@]}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _chantier chantier
`,
  zsh: `#compdef chantier
_chantier() {
  local -a candidates
  candidates=(\${(f)"$(chantier complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#candidates} )); then compadd -- $candidates; else _files; fi
}
if [[ \${funcstack[1]} == _chantier ]]; then _chantier; else compdef _chantier chantier; fi
`,
  fish: `function __chantier_complete
  set -l words (commandline -opc) (commandline -ct)
  chantier complete -- $words[2..-1] 2>/dev/null
end
complete -c chantier -a '(__chantier_complete)'
`,
};

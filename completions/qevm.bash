# Completion of qevm for bash. What there is to complete, qevm itself says.
# SPDX-License-Identifier: GPL-2.0-or-later

# "  NAME  what it does": all commands, or the subcommands of one.
_qevm_commands()
{
    "${COMP_WORDS[0]}" help "$@" 2>/dev/null |
        sed -n 's/^  \([a-z][a-z-]*\)  *[^ ].*/\1/p'
}

# "  -o, --output FILE  what it does"
_qevm_options()
{
    "${COMP_WORDS[0]}" help "$@" 2>/dev/null |
        sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p'
}

# "  --format FORMAT  text, json, or junit: what that is"
_qevm_formats()
{
    "${COMP_WORDS[0]}" help "$@" 2>/dev/null |
        sed -n 's/^ *--format FORMAT *\([^:]*\).*/\1/p' | sed 's/,//g; s/ or / /'
}

_qevm()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local first=1 words= command subcommands=

    COMPREPLY=()
    [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == help && $cur != -* ]] &&
        first=2
    command=${COMP_WORDS[first]}
    ((COMP_CWORD > first)) && subcommands=$(_qevm_commands "$command")
    if [[ $cur == -* && $COMP_CWORD == 1 ]]; then
        words='--help --version'
    elif ((COMP_CWORD == first)); then
        words=$(_qevm_commands)
    elif [[ $cur == -* && -n $subcommands && $COMP_CWORD -gt 2 ]]; then
        words="--help $(_qevm_options "$command" "${COMP_WORDS[2]}")"
    elif [[ $cur == -* ]]; then
        words="--help $(_qevm_options "$command")"
    elif ((COMP_CWORD == first + 1)) && [[ -n $subcommands ]]; then
        words=$subcommands
    elif [[ $prev == --format ]]; then
        words=$(_qevm_formats "$command" ${subcommands:+"${COMP_WORDS[2]}"})
    fi
    if [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _qevm qevm

# Completion of qevm for bash. What there is to complete, qevm itself says.
# SPDX-License-Identifier: GPL-2.0-or-later

_qevm()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]}
    local words=

    COMPREPLY=()
    if [[ $cur == -* && $COMP_CWORD == 1 ]]; then
        words='--help --version'
    elif [[ $cur == -* ]]; then
        # "  -o, --output FILE  what it does"
        words="--help $("$program" help "$command" 2>/dev/null |
            sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p')"
    elif [[ $COMP_CWORD == 1 || $command == help ]]; then
        # "  NAME  what it does"
        words=$("$program" help 2>/dev/null |
            sed -n 's/^  \([a-z][a-z-]*\)  *[^ ].*/\1/p')
    elif [[ $prev == --format ]]; then
        words='text json analyze'
    fi
    if [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _qevm qevm

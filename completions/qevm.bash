# Completion of qevm for bash. What there is to complete, qevm itself says.
# SPDX-License-Identifier: GPL-2.0-or-later

# The words up to the cursor, into `words`. Bash also splits at `:` and `=`,
# which paths are full of; what has no blank before it is one word.
_qevm_words()
{
    local i rest=${COMP_LINE:0:COMP_POINT} piece glued

    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        [[ $i -gt 0 && $rest != [[:blank:]]* ]] && glued=1 || glued=
        rest=${rest#"${rest%%[![:blank:]]*}"}
        piece=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && piece=$rest
        rest=${rest#"$piece"}
        if [[ -n $glued ]]; then
            words[-1]+=$piece
        else
            words+=("$piece")
        fi
    done
}

# A word as qevm would get it, into `plain`.
_qevm_plain()
{
    case $1 in
    \'*) plain=${1#\'} plain=${plain%\'} ;;
    \"*) plain=${1#\"} plain=${plain%\"} ;;
    *) plain=${1//\\/} ;;
    esac
}

_qevm()
{
    local words plain line word typed files= asked=()

    _qevm_words
    for word in "${words[@]:1}"; do
        _qevm_plain "$word"
        asked+=("$plain")
    done
    typed=${words[-1]}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == $'\tfiles' ]]; then
            files=1
            continue
        fi
        word=${line%%$'\t'*}
        # In quotes it stays as it is; what is in front of the last `:` or `=`
        # stands there already.
        if [[ $typed != [\"\']* ]]; then
            printf -v word %q "$word"
            word=${word#"${typed%"${typed##*[:=]}"}"}
        fi
        [[ $word == */ ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("$word")
    done < <("${COMP_WORDS[0]}" --complete "${asked[@]}" 2>/dev/null)
    if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$plain")
    fi
}
complete -F _qevm qevm

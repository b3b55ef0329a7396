#compdef qevm
# Completion of qevm for zsh. What there is to complete, qevm itself says.
# SPDX-License-Identifier: GPL-2.0-or-later

_qevm() {
    local -a found shown open asked
    local line word files

    # The word at the cursor only up to there.
    asked=("${(Q@)words[2,CURRENT-1]}" "${(Q)PREFIX}")
    for line in "${(@f)$($words[1] --complete "${asked[@]}" 2>/dev/null)}"; do
        word=${line%%$'\t'*}
        if [[ $line == $'\tfiles' ]]; then
            files=1
        elif [[ $word == */ ]]; then
            open+=("$word")
        elif [[ -n $word ]]; then
            found+=("$word")
            shown+=("${(r:20:)word} ${line#*$'\t'}")
            [[ $line == *$'\t'* ]] || shown[-1]=$word
        fi
    done
    (( $#found )) && compadd -l -d shown -a found
    (( $#open )) && compadd -S '' -a open
    [[ -n $files ]] && _files
    (( $#found + $#open )) || [[ -n $files ]]
}

_qevm "$@"

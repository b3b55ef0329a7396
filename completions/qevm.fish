# Completion of qevm for fish. What there is to complete, qevm itself says.
# SPDX-License-Identifier: GPL-2.0-or-later

function __qevm_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l plain (string unescape -- $typed; or echo -- $typed)
    for line in ($words[1] --complete $words[2..] "$plain" 2>/dev/null)
        if test "$line" = \tfiles
            __fish_complete_path "$typed"
        else
            printf '%s\n' $line
        end
    end
end

complete -c qevm -f -a '(__qevm_complete)'

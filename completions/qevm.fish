# Completion of qevm for fish. What there is to complete, qevm itself says.
# SPDX-License-Identifier: GPL-2.0-or-later

function __qevm_commands
    # "  NAME  what it does"
    qevm help 2>/dev/null | string replace -rf '^  ([a-z][a-z-]*) +(\S.*)' '$1\t$2'
end

function __qevm_options
    set -l words (commandline -opc)
    # "  -o, --output FILE  what it does"
    qevm help $words[2] 2>/dev/null |
        string replace -rf '^  (?:-.,|   ) (--[a-z-]+)(?: [A-Z]+)? +(.*)' '$1\t$2'
    printf '%s\t%s\n' --help 'print help'
end

function __qevm_is_first
    test (count (commandline -opc)) -eq 1
end

complete -c qevm -n __qevm_is_first -f -a '(__qevm_commands)'
complete -c qevm -n __qevm_is_first -l help -d 'list the commands'
complete -c qevm -n __qevm_is_first -l version -d 'print the version'
complete -c qevm -n '__fish_seen_subcommand_from help' -f -a '(__qevm_commands)'
complete -c qevm -n 'not __qevm_is_first; and string match -q -- "-*" (commandline -ct)' -f -a '(__qevm_options)'

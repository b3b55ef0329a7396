# Completion of qevm for fish. What there is to complete, qevm itself says.
# SPDX-License-Identifier: GPL-2.0-or-later

# "  NAME  what it does": all commands, or the subcommands of one.
function __qevm_commands
    qevm help $argv 2>/dev/null |
        string replace -rf '^  ([a-z][a-z-]*) +(\S.*)' '$1\t$2'
end

# The command of the line, and its subcommand if it has some.
function __qevm_command
    set -l words (commandline -opc)[2..]
    test (count $words) -gt 1; and test (count (__qevm_commands $words[1])) -gt 0
    and set words $words[1..2]
    or set words $words[1]
    string join \n -- $words
end

function __qevm_options
    qevm help (__qevm_command) 2>/dev/null |
        string replace -rf '^  (?:-.,|   ) (--[a-z-]+)(?: [A-Z]+)? +(.*)' '$1\t$2'
    printf '%s\t%s\n' --help 'print help'
end

function __qevm_is_first
    test (count (commandline -opc)) -eq 1
end

# Subcommands of what stands before the cursor, but for `help`.
function __qevm_subcommands
    set -l words (commandline -opc)[2..]
    test "$words[1]" = help; and set -e words[1]
    test (count $words) -eq 1; and __qevm_commands $words[1]
end

complete -c qevm -n __qevm_is_first -f -a '(__qevm_commands)'
complete -c qevm -n __qevm_is_first -l help -d 'list the commands'
complete -c qevm -n __qevm_is_first -l version -d 'print the version'
complete -c qevm -n '__fish_seen_subcommand_from help; and test (count (commandline -opc)) -eq 2' -f -a '(__qevm_commands)'
complete -c qevm -n 'test (count (__qevm_subcommands)) -gt 0' -f -a '(__qevm_subcommands)'
complete -c qevm -n 'not __qevm_is_first; and string match -q -- "-*" (commandline -ct)' -f -a '(__qevm_options)'

# Scripts on standard input, commands of -c, and where both end.
$ cp $STREAMS/7.2-pc-i440fx-6.2.mig vm.mig
$ cp $STREAMS/10.0-pc-i440fx-10.0.mig other.mig
$ qevm shell vm.mig -c 'get timer//cpu_clock_offset' -c 'cd timer' -c 'get cpu_clock_offset .version_id ..'
1014649021
1014649021
2
2> qevm: get: .. is all of the stream, and no value
2> Usage: get PATH...
2> See "help get".
[2]

$ printf 'cd timer\nls\n' | qevm shell vm.mig
timer version 2, instance 0, 24 bytes
    cpu_ticks_offset = 2739553078
    unused = hex:0000000000000000
    cpu_clock_offset = 1014649021

# Nothing is said of what is done, and nothing is written.
$ qevm shell vm.mig -c 'set timer//cpu_clock_offset 5' -c 'get timer//cpu_clock_offset'
5
2> qevm: vm.mig: was changed and not written
$ cmp vm.mig $STREAMS/7.2-pc-i440fx-6.2.mig

# The rules are what rewrite takes; what is written is the same.
$ cat >script <<'END'
> # The clock, and a string.
> cd timer
> set cpu_clock_offset -5
> 
>   cd ..
> set timer//cpu_ticks_offset 0x10
> set configuration//name "pc-i440fx-7.2"
> set i8259@*//irr 1
> undo
> undo
> redo
> write out.mig
> rules
> END
$ qevm shell vm.mig <script >rules.json
$ cat rules.json
{"qevm-rules": 1, "rules": [
  {"op": "set", "at": "timer//cpu_clock_offset", "value": -5},
  {"op": "set", "at": "timer//cpu_ticks_offset", "value": 16},
  {"op": "set", "at": "configuration//name", "value": "pc-i440fx-7.2"}
]}
$ qevm rewrite -r rules.json -o same.mig vm.mig
$ cmp out.mig same.mig
$ qevm diff vm.mig out.mig
configuration//name: "pc-i440fx-6.2" -> "pc-i440fx-7.2"
timer//cpu_ticks_offset: 2739553078 -> 16
timer//cpu_clock_offset: 1014649021 -> -5
[1]
$ stat -c %a out.mig
600

# A script ends with its first error.
$ printf 'get timer//cpu_clock_offset\nget timer//nothing\nquit\n' | qevm shell vm.mig
1014649021
2> qevm: vm.mig: no field `nothing` in timer; there are: cpu_ticks_offset, unused, cpu_clock_offset
2> qevm: standard input: stopped at line 2
[3]
$ printf 'ls timer\n\nlist\nls timer\n' | qevm shell vm.mig
timer version 2, instance 0, 24 bytes
    cpu_ticks_offset = 2739553078
    unused = hex:0000000000000000
    cpu_clock_offset = 1014649021
2> qevm: no command "list"; see "help"
2> qevm: standard input: stopped at line 3
[2]
$ printf 'undo\n' | qevm shell vm.mig
2> qevm: vm.mig: nothing was changed
2> qevm: standard input: stopped at line 1
[3]
$ printf 'get "a\n' | qevm shell vm.mig
2> qevm: a quote " is not closed
2> qevm: standard input: stopped at line 1
[2]
$ printf 'cd a b\n' | qevm shell vm.mig
2> qevm: cd: too many arguments
2> Usage: cd [PATH]
2> See "help cd".
2> qevm: standard input: stopped at line 1
[2]
$ printf 'get\n' | qevm shell vm.mig
2> qevm: get: needs more arguments
2> Usage: get PATH...
2> See "help get".
2> qevm: standard input: stopped at line 1
[2]
$ printf 'ls --long\n' | qevm shell vm.mig
2> qevm: ls: Unknown option --long
2> Usage: ls [PATH]
2> See "help ls".
2> qevm: standard input: stopped at line 1
[2]
$ printf 'cd timer//cpu_clock_offset\n' | qevm shell vm.mig
2> qevm: vm.mig: `timer//cpu_clock_offset` is a value; nothing is below it
2> qevm: standard input: stopped at line 1
[3]
$ printf 'set timer//cpu_clock_offset 0x1ffffffffffffffff\n' | qevm shell vm.mig
2> qevm: vm.mig: value: column 1: expected a number of at most 64 bits
2> qevm: standard input: stopped at line 1
[3]
$ printf 'set i8259@0//irr 256\n' | qevm shell vm.mig
2> qevm: vm.mig: i8259@0//irr: 256 does not fit the 8 bits of `uint8`
2> qevm: standard input: stopped at line 1
[3]
$ printf 'write /dev/full\n' | qevm shell vm.mig
2> qevm: vm.mig: output: cannot be written: No space left on device
2> qevm: standard input: stopped at line 1
[4]
$ qevm shell vm.mig -c 'nothing' -c 'ls'
2> qevm: no command "nothing"; see "help"
[2]

# A difference, a finding, nothing found are answers.
$ printf 'set timer//cpu_clock_offset 5\ndiff\nget timer//cpu_clock_offset\nwrite out.mig\n' | qevm shell vm.mig
timer//cpu_clock_offset: 1014649021 -> 5
5
[1]
$ qevm shell vm.mig -c 'find no-such-name' -c 'get timer//cpu_clock_offset'
1014649021
[1]

# The inputs are never written to, whatever they are called.
$ ln -s other.mig link
$ qevm shell vm.mig other.mig -c 'write vm.mig'
2> qevm: "vm.mig" is an input file; write to another one
[2]
$ qevm shell vm.mig other.mig -c 'write ./link'
2> qevm: "./link" is an input file; write to another one
[2]
$ cmp other.mig $STREAMS/10.0-pc-i440fx-10.0.mig

# Scripts in scripts.
$ printf 'cd timer\nsource "inner script"\nls\n' >outer
$ printf 'get cpu_clock_offset\nget nothing\n' >'inner script'
$ qevm shell vm.mig -c 'source outer'
1014649021
2> qevm: vm.mig: no field `nothing` in timer; there are: cpu_ticks_offset, unused, cpu_clock_offset
2> qevm: inner script: stopped at line 2
2> qevm: outer: stopped at line 2
[3]
$ printf 'source self\n' >self
$ qevm shell vm.mig -c 'source self'
2> qevm: source: more than 16 scripts in each other
2> Usage: source SCRIPT
2> See "help source".
2> qevm: self: stopped at line 1
...
[2]
$ qevm shell vm.mig -c 'source no-such-script'
2> qevm: no-such-script: No such file or directory
[3]
$ printf 'cd timer\nquit\nget nothing\n' >leaves
$ qevm shell vm.mig -c 'source leaves' -c 'get nothing'

# A stream from a pipe, with -c only.
$ qevm shell - -c 'get timer//cpu_clock_offset' -c 'set timer//cpu_clock_offset 7' -c 'write new.mig' <vm.mig
1014649021
$ qevm get new.mig timer//cpu_clock_offset
7
$ gzip -c vm.mig | qevm shell - -c 'get timer//cpu_clock_offset' -c 'set timer//cpu_clock_offset 7' -c 'undo' -c 'diff' -c 'redo' -c 'write new.mig.gz'
1014649021
$ gzip -dc new.mig.gz | cmp - new.mig
$ echo ls | qevm shell -
2> qevm: shell: a stream on standard input goes with -c COMMAND only
2> Usage: qevm shell [OPTIONS] FILE...
2> See "qevm help shell".
[2]

# What cannot be opened; what is broken can be looked at, and not changed.
$ qevm shell no-such-file -c ls
2> qevm: no-such-file: cannot be opened: No such file or directory
[3]
$ qevm shell vm.mig no-such-file -c ls
2> qevm: no-such-file: cannot be opened: No such file or directory
[3]
$ head -c 60000 vm.mig >cut.mig
$ qevm shell cut.mig -c 'get timer//cpu_clock_offset' -c 'ls i8254'
1014649021
i8254 version 3, instance 0, 108 bytes
    channels[0].irq_disabled = 0
    channels 3 elements
    channels[0].next_transition_time = 1065440835
2> qevm: cut.mig: 0000:00:03.0/e1000: at 0x2dcb: nothing describes this payload, and no footer of section 31 ends it
[3]
$ qevm shell cut.mig -c 'set timer//cpu_clock_offset 1'
2> qevm: cut.mig: 0000:00:03.0/e1000: at 0x2dcb: nothing describes this payload, and no footer of section 31 ends it
2> qevm: cut.mig: a broken stream cannot be changed: 0000:00:03.0/e1000: at 0x2dcb: nothing describes this payload, and no footer of section 31 ends it
[3]

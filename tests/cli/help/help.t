$ qevm help
Usage: qevm COMMAND [OPTIONS] FILE...

Looks into, checks and rewrites QEMU migration streams.

Commands:
  info        tell what a stream is, on one screen
  show        print the tree of a stream, or parts of it
  get         print values by path
  diff        tell in what two streams differ
  check       report what is wrong with a stream
  report      write a page of HTML to attach to a bug
  explain     tell what QEMU means by a message
  set         change values by path
  set-machine change the machine type
  rewrite     change a stream by rules
  plan        print the rules that make a destination load a stream
  convert     make a stream that a destination loads
  strip       write a small copy without RAM pages
  ram         look at the contents of RAM, and take them out
  container   take a stream out of a container, or put one in
  schema      keep and compare descriptions of devices
  target      tell what is known of a destination
  recover     find sections where a stream cannot be read
  capture     write what a QEMU saves when idle
  try         load a stream into a QEMU, and see what it says
  shell       look around in a stream, and change it
  help        tell of a command, or of what check finds

A FILE of "-" is standard input. "qevm help COMMAND" tells more of one command,
"qevm help FINDING" of what check finds.
$ qevm help show
Usage: qevm show [OPTIONS] FILE [PATH...]

Prints sections, fields and subsections in the order of the stream, or only
what the PATHs name. Long arrays and bytes are cut short; --all shows them in
full. What could be decoded of a broken stream is printed, then where it broke.

--format analyze prints what scripts/analyze-migration.py of QEMU 10.0 prints,
also for streams on which that script fails.

Options:
      --depth N            show N levels; 0: sections only
      --offsets            begin lines with the offset in the stream
      --hex                begin lines with offset and bytes
      --types              show types, and the vmsds of structures
      --all                show long arrays and bytes in full
      --format FORMAT      text, json, or analyze: as QEMU's script
      --walk               read the headers of all RAM pages too
      --json               print JSON
      --offset N           begin at this byte of the file
      --describe-with FILE describe devices as this stream or file does
      --schema DIR         read opaque bytes by the descriptions in DIR too
      --no-schemas         leave bytes that the stream calls opaque as they are
$ qevm help bytes-shifted
bytes-shifted (error): a section is longer or shorter than its description

The vmdesc at the end of the stream says how many bytes the section has; its
footer stands elsewhere. Bytes are missing or were added. A QEMU whose device
has the described layout stops with "Missing section footer"; if the stream was
edited on purpose, its vmdesc was not brought up to date.
$ qevm help findings | head -n 5
What check finds; "qevm help FINDING" tells more of one.

  bad-framing          a record is not one that QEMU writes
  bad-ram              RAM records that QEMU does not accept
  baseline-expired     an accepted difference is not accepted any more
$ qevm --help | head -n 1
Usage: qevm COMMAND [OPTIONS] FILE...
$ qevm strip --help | head -n 1
Usage: qevm strip [OPTIONS] FILE
$ qevm
2> Usage: qevm COMMAND [OPTIONS] FILE...
2> See "qevm help".
[2]
$ qevm shw
2> qevm: no command "shw"; did you mean "show"?
[2]
$ qevm frobnicate
2> qevm: no command "frobnicate"; see "qevm help"
[2]
$ qevm help frobnicate
2> qevm: help: no command and no finding "frobnicate"; see "qevm help" and "qevm help findings"
[2]
$ qevm --frob
2> qevm: no option "--frob" before a command; see "qevm help"
[2]
$ qevm show
2> qevm: show: needs a file
2> Usage: qevm show [OPTIONS] FILE [PATH...]
2> See "qevm help show".
[2]
$ qevm show --frob x
2> qevm: show: Unknown option --frob
2> Usage: qevm show [OPTIONS] FILE [PATH...]
2> See "qevm help show".
[2]
$ qevm diff a b c
2> qevm: diff: too many arguments
2> Usage: qevm diff [OPTIONS] A B
2> See "qevm help diff".
[2]

# A full disk is said, a reader that went away is not.
$ qevm help >/dev/full
2> qevm: cannot write standard output: No space left on device
[4]
$ qevm --version >/dev/full
2> qevm: cannot write standard output: No space left on device
[4]
$ qevm help findings | :

# A command with subcommands.
$ qevm help schema
Usage: qevm schema SUBCOMMAND ...

Descriptions of devices: those for streams that do not describe themselves, and
those of whole QEMUs.

Subcommands:
  extract     write what a vmdesc says to a file
  compare     tell whether one QEMU loads what another saves

"qevm help schema SUBCOMMAND" tells more of one.
$ qevm help schema extract | head -n 1
Usage: qevm schema extract [OPTIONS] FILE...
$ qevm schema extract --help | head -n 1
Usage: qevm schema extract [OPTIONS] FILE...
$ qevm schema --help | head -n 1
Usage: qevm schema SUBCOMMAND ...
$ qevm help schema other
2> qevm: help: no subcommand "schema other"
2> Usage: qevm help [COMMAND [SUBCOMMAND] | FINDING | findings]
2> See "qevm help help".
[2]
$ qevm help show other
2> qevm: help: no subcommand "show other"
2> Usage: qevm help [COMMAND [SUBCOMMAND] | FINDING | findings]
2> See "qevm help help".
[2]
$ qevm schema extra x
2> qevm: schema: no subcommand "extra"; did you mean "extract"?
[2]
$ qevm schema --frob
2> qevm: schema: Unknown option --frob
2> Usage: qevm schema SUBCOMMAND ...
2> See "qevm help schema".
[2]

$ cp $STREAMS/7.2-pc-i440fx-6.2.mig pc.mig

# A message alone.
$ qevm explain 'qemu-system-x86_64: MIG_CMD 0xb unknown (len 0x0)'
MIG_CMD 0xb unknown (len 0x0)
  worded by  QEMU 2.5 to 10.1
  check      loadvm_process_command() in migration/savevm.c
  finding    command-unknown

The stream has a command that the destination does not know.

What it usually comes from:
  switchover-start
    The source is QEMU 10.0 or newer with a machine type of 10.0 or newer,
    which announces the switch-over; older ones do not know the command.
    Remove it with the rule drop-command, or save with -global
    migration.send-switchover-start=off. The older QEMU does not have the
    machine type either.
    (hw/core/machine.c: hw_compat_9_2 (migration.send-switchover-start))

Next: give the stream, too, to see what it has there: "qevm explain MESSAGE
STREAM"; and the destination with --against, to see in what they differ

# All lines of a failure are one; which device it is stands in the last.
$ cat >said <<'EOF'
> qemu-system-x86_64: Failed to load PCIDevice:config
> qemu-system-x86_64: Failed to load piix4_pm:parent_obj
> qemu-system-x86_64: error while loading state for instance 0x0 of device '0000:00:01.3/piix4_pm'
> qemu-system-x86_64: load of migration failed: Invalid argument
> EOF
$ qevm explain "$(cat said)" | sed -n 1,10p
Failed to load PCIDevice:config
Failed to load piix4_pm:parent_obj
error while loading state for instance 0x0 of device '0000:00:01.3/piix4_pm'
load of migration failed: Invalid argument
  worded by  QEMU 2.8 to 10.1
  check      vmstate_load_state() in migration/vmstate.c
  section    0000:00:01.3/piix4_pm, instance 0
  in         PCIDevice:config
             piix4_pm:parent_obj
  finding    device-refuses
$ qevm explain - <said | sed -n 1,10p
Failed to load PCIDevice:config
Failed to load piix4_pm:parent_obj
error while loading state for instance 0x0 of device '0000:00:01.3/piix4_pm'
load of migration failed: Invalid argument
  worded by  QEMU 2.8 to 10.1
  check      vmstate_load_state() in migration/vmstate.c
  section    0000:00:01.3/piix4_pm, instance 0
  in         PCIDevice:config
             piix4_pm:parent_obj
  finding    device-refuses

# The same as one line, of a release since 10.2; with words that are new.
$ qevm explain "load of migration failed: Invalid argument: error while loading state for instance 0x0 of device 'cpu': the moon is full"
load of migration failed: Invalid argument: error while loading state for instance 0x0 of device 'cpu': the moon is full
  worded by  QEMU 10.2 or newer
  check      qemu_loadvm_section_start_full() in migration/savevm.c
  section    cpu, instance 0
  finding    device-refuses
  not understood: the moon is full

The section named could not be loaded. What exactly was wrong is what was said
before; if nothing was, the device refused its state without a word, as hooks
and unknown subsections do before QEMU 10.2.

What it usually comes from:
  cpu-subsection
    A newer QEMU or kernel sends subsections of the CPU that the destination
    does not know (cpu/msr_smi_count, cpu/tsc_khz, cpu/nested_state and many
    others), or the CPU's own checks refused the state: another -cpu, other
    host features.
    Use the same -cpu with the same machine type; QEMU 10.2 and newer name the
    subsection. It can be removed if it is at its reset value.
    (target/i386/machine.c: vmstate_x86_cpu)
  arm-cpregs
    The list of system registers of an ARM CPU depends on the version of QEMU
    (TCG) or of the kernel (KVM). Registers that the destination does not have
    are refused; QEMU 10.0 ends with an assertion at the list of a newer one.
    Use the same QEMU or kernel; else the registers that are at their reset
    value can be taken out of the list (cpreg_indexes, cpreg_values).
    (target/arm/machine.c:cpu_post_load();
    target/arm/kvm.c:write_list_to_kvmstate())
  power9-pvr
    A POWER CPU checks its version: the alias power9 means v2.0 until QEMU 8.1
    and v2.2 since.
    Start the destination with -cpu power9_v2.0.
    (target/ppc/machine.c:cpu_post_load(); target/ppc/cpu-models.c)

Next: give the stream, too, to see what it has there: "qevm explain MESSAGE
STREAM"; and the destination with --against, to see in what they differ
[1]

# Where it is in a stream; and that it cannot have been this one.
$ qevm explain "Missing section footer for 0000:00:01.3/piix4_pm" pc.mig | sed -n '/^In/,/^$/p'
In pc.mig, 0000:00:01.3/piix4_pm at 0x343dc:
    it has 2428 bytes in this stream, from 0x33a60 on
    its footer is at 0x343dc, as it should be: the destination read more bytes,
    or fewer
\
$ qevm explain "Machine type received is 'pc-i440fx-6.2' and local is 'pc-i440fx-7.2'" pc.mig | sed -n '/^In/,/^$/p'
In pc.mig, configuration//name at 0xd:
    the value there is "pc-i440fx-6.2"
    This is what QEMU complained of: it read this stream, or one like it.
\
$ qevm explain "Machine type received is 'pc' and local is 'pc-i440fx-7.2'" - <pc.mig | sed -n '/^In/,/^$/p'
In -, configuration//name at 0xd:
    the value there is "pc-i440fx-6.2"
    This is not the stream that QEMU read, or it was changed since.
\

# A stream that was cut, and the message that it leads to.
$ head -c 100000 pc.mig >cut.mig
$ qevm explain "load of migration failed: Input/output error: Failed to load section ID: stream error: -5: Channel error: Input/output error" cut.mig
load of migration failed: Input/output error: Failed to load section ID: stream error: -5: Channel error: Input/output error
  worded by  QEMU 10.2 or newer
  check      qemu_file_get_error_obj() in migration/qemu-file.c
  finding    early-eof

The bytes could not be read: the file or connection ended.

In cut.mig:
    this stream breaks off: its file ends at 0x186a0
    This is what QEMU complained of: it read this stream, or one like it.

Found in cut.mig:
    0000:00:03.0/e1000 at 0x2dcb: error[early-eof]: nothing describes this
    payload, and no footer of section 31 ends it

What it usually comes from:
  cut
    The stream is incomplete: the file was cut (disk full), the source was
    stopped or crashed while it was saving, or the connection broke.
    Save again, if the source still runs.
    (migration/qemu-file.c:qemu_fill_buffer())

Next: "qevm check FILE" says where it ends; "qevm recover FILE" lists what can
be read.

# What is no message, and what cannot be used.
$ qevm explain 'no such thing'
No message of a QEMU that refuses a stream in 1 line.
[1]
$ qevm explain 'qemu-system-arm: the moon is full'
Not understood:
  the moon is full
[1]
$ qevm explain 'Configuration section missing' nowhere.mig
2> qevm: nowhere.mig: cannot be opened: No such file or directory
[3]
$ qevm explain --against pc.mig 'Configuration section missing'
2> qevm: explain: --against needs a stream to compare
2> Usage: qevm explain [OPTIONS] MESSAGE [FILE]
2> See "qevm help explain".
[2]
$ qevm explain - -
2> qevm: explain: standard input is the log or the stream
2> Usage: qevm explain [OPTIONS] MESSAGE [FILE]
2> See "qevm help explain".
[2]
$ qevm explain
2> qevm: explain: needs more arguments
2> Usage: qevm explain [OPTIONS] MESSAGE [FILE]
2> See "qevm help explain".
[2]

/* options.c - the options of QEMU, and what becomes of each. */
#include "cli/qemu/rework.h"

#include <string.h>

gboolean
qevm_rework_out(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    (void)error;
    qevm_rework_leave_out(rework, item);
    return TRUE;
}

gboolean
qevm_rework_never(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    (void)rework;
    return qevm_rework_refuse(item, error, "%s", item->option->more);
}

#define ENDS "with it QEMU ends before there is a machine"

/* All that the QEMUs 5.2 to 11.1 know (qemu-options.hx), and the ones between.
 * Options that the other programs of the family have are not here. */
/* clang-format off */
const QevmQemuOption qevm_qemu_options[] = {
    /* disks */
    { "drive",        TRUE, qevm_rework_drive, NULL },
    { "blockdev",     TRUE, qevm_rework_blockdev, NULL },
    { "hda",          TRUE, qevm_rework_image, "index=0,media=disk" },
    { "hdb",          TRUE, qevm_rework_image, "index=1,media=disk" },
    { "hdc",          TRUE, qevm_rework_image, "index=2,media=disk" },
    { "hdd",          TRUE, qevm_rework_image, "index=3,media=disk" },
    { "cdrom",        TRUE, qevm_rework_image, "index=2,media=cdrom" },
    { "fda",          TRUE, qevm_rework_image, "if=floppy,index=0" },
    { "fdb",          TRUE, qevm_rework_image, "if=floppy,index=1" },
    { "mtdblock",     TRUE, qevm_rework_image, "if=mtd" },
    { "sd",           TRUE, qevm_rework_image, "if=sd" },
    { "pflash",       TRUE, qevm_rework_image, "if=pflash" },
    { "snapshot",     FALSE, NULL, NULL },
    { "iscsi",        TRUE, NULL, NULL },
    { "add-fd",       TRUE, qevm_rework_never,
      "descriptors are not handed on" },
    /* devices and the machine */
    { "device",       TRUE, qevm_rework_device, NULL },
    { "machine",      TRUE, qevm_rework_machine, NULL },
    { "M",            TRUE, qevm_rework_machine, NULL },
    { "global",       TRUE, qevm_rework_global, NULL },
    { "tpmdev",       TRUE, qevm_rework_tpmdev, NULL },
    { "xen-domid",    TRUE, qevm_rework_never, "Xen is not known here" },
    { "xen-attach",   FALSE, qevm_rework_never, "Xen is not known here" },
    { "xen-domid-restrict", FALSE, qevm_rework_never,
      "Xen is not known here" },
    { "accel",        TRUE, NULL, NULL },
    { "acpitable",    TRUE, NULL, NULL },
    { "append",       TRUE, NULL, NULL },
    { "bios",         TRUE, NULL, NULL },
    { "boot",         TRUE, NULL, NULL },
    { "cpu",          TRUE, NULL, NULL },
    { "dtb",          TRUE, NULL, NULL },
    { "enable-kvm",   FALSE, NULL, NULL },
    { "fw_cfg",       TRUE, NULL, NULL },
    { "g",            TRUE, NULL, NULL },
    { "icount",       TRUE, qevm_rework_icount, NULL },
    { "initrd",       TRUE, NULL, NULL },
    { "k",            TRUE, NULL, NULL },
    { "kernel",       TRUE, NULL, NULL },
    { "L",            TRUE, NULL, NULL },
    { "m",            TRUE, NULL, NULL },
    { "name",         TRUE, NULL, NULL },
    { "no-acpi",      FALSE, NULL, NULL },
    { "no-fd-bootchk", FALSE, NULL, NULL },
    { "no-hpet",      FALSE, NULL, NULL },
    { "nodefaults",   FALSE, NULL, NULL },
    { "numa",         TRUE, NULL, NULL },
    { "old-param",    FALSE, NULL, NULL },
    { "option-rom",   TRUE, NULL, NULL },
    { "portrait",     FALSE, NULL, NULL },
    { "prom-env",     TRUE, NULL, NULL },
    { "rotate",       TRUE, NULL, NULL },
    { "rtc",          TRUE, NULL, NULL },
    { "seed",         TRUE, NULL, NULL },
    { "shim",         TRUE, NULL, NULL },
    { "smbios",       TRUE, NULL, NULL },
    { "smp",          TRUE, NULL, NULL },
    { "soundhw",      TRUE, NULL, NULL },
    { "usb",          FALSE, NULL, NULL },
    { "usbdevice",    TRUE, qevm_rework_usbdevice, NULL },
    { "uuid",         TRUE, NULL, NULL },
    { "vga",          TRUE, NULL, NULL },
    { "watchdog",     TRUE, NULL, NULL },
    { "watchdog-action", TRUE, NULL, NULL },
    { "win2k-hack",   FALSE, NULL, NULL },
    /* memory, folders, sound */
    { "object",       TRUE, qevm_rework_object, NULL },
    { "mem-path",     TRUE, qevm_rework_mem_path, NULL },
    { "mem-prealloc", FALSE, qevm_rework_out, NULL },
    { "overcommit",   TRUE, qevm_rework_overcommit, NULL },
    { "realtime",     TRUE, qevm_rework_out, NULL },
    { "fsdev",        TRUE, qevm_rework_folder, NULL },
    { "virtfs",       TRUE, qevm_rework_folder, NULL },
    { "audiodev",     TRUE, qevm_rework_audio, NULL },
    { "audio",        TRUE, qevm_rework_audio, NULL },
    { "audio-help",   FALSE, qevm_rework_never, ENDS },
    /* screens */
    { "display",      TRUE, qevm_rework_display, NULL },
    { "nographic",    FALSE, NULL, NULL },
    { "vnc",          TRUE, qevm_rework_out, NULL },
    { "spice",        TRUE, qevm_rework_out, NULL },
    { "sdl",          FALSE, qevm_rework_out, NULL },
    { "curses",       FALSE, qevm_rework_out, NULL },
    { "full-screen",  FALSE, qevm_rework_out, NULL },
    { "alt-grab",     FALSE, qevm_rework_out, NULL },
    { "ctrl-grab",    FALSE, qevm_rework_out, NULL },
    { "no-quit",      FALSE, qevm_rework_out, NULL },
    { "show-cursor",  FALSE, qevm_rework_out, NULL },
    /* character devices */
    { "chardev",      TRUE, qevm_rework_chardev, NULL },
    { "serial",       TRUE, qevm_rework_port, NULL },
    { "parallel",     TRUE, qevm_rework_port, NULL },
    { "debugcon",     TRUE, qevm_rework_port, NULL },
    { "echr",         TRUE, NULL, NULL },
    { "monitor",      TRUE, qevm_rework_out, NULL },
    { "mon",          TRUE, qevm_rework_out, NULL },
    { "qmp",          TRUE, qevm_rework_out, NULL },
    { "qmp-pretty",   TRUE, qevm_rework_out, NULL },
    { "gdb",          TRUE, qevm_rework_out, NULL },
    { "s",            FALSE, qevm_rework_out, NULL },
    { "qtest",        TRUE, qevm_rework_out, NULL },
    { "qtest-log",    TRUE, qevm_rework_out, NULL },
    /* A guest can open the host's files through it. */
    { "semihosting",  FALSE, qevm_rework_out, NULL },
    { "semihosting-config", TRUE, qevm_rework_out, NULL },
    /* networks */
    { "netdev",       TRUE, qevm_rework_net, NULL },
    { "net",          TRUE, qevm_rework_net, NULL },
    { "nic",          TRUE, qevm_rework_net, NULL },
    /* how QEMU runs */
    { "S",            FALSE, qevm_rework_out, NULL },
    { "incoming",     TRUE, qevm_rework_out, NULL },
    { "loadvm",       TRUE, qevm_rework_out, NULL },
    { "daemonize",    FALSE, qevm_rework_out, NULL },
    { "pidfile",      TRUE, qevm_rework_out, NULL },
    { "D",            TRUE, qevm_rework_out, NULL },
    { "d",            TRUE, qevm_rework_out, NULL },
    { "dfilter",      TRUE, qevm_rework_out, NULL },
    { "trace",        TRUE, qevm_rework_out, NULL },
    { "msg",          TRUE, qevm_rework_out, NULL },
    { "perfmap",      FALSE, qevm_rework_out, NULL },
    { "jitdump",      FALSE, qevm_rework_out, NULL },
    { "writeconfig",  TRUE, qevm_rework_out, NULL },
    { "dump-vmstate", TRUE, qevm_rework_never, ENDS },
    { "h",            FALSE, qevm_rework_never, ENDS },
    { "help",         FALSE, qevm_rework_never, ENDS },
    { "version",      FALSE, qevm_rework_never, ENDS },
    { "preconfig",    FALSE, qevm_rework_never,
      "QEMU would wait for the rest of its configuration" },
    { "readconfig",   TRUE, qevm_rework_read_config, NULL },
    { "set",          TRUE, qevm_rework_apply_set, NULL },
    { "action",       TRUE, NULL, NULL },
    { "async-teardown", FALSE, NULL, NULL },
    { "chroot",       TRUE, NULL, NULL },
    { "compat",       TRUE, NULL, NULL },
    { "enable-fips",  FALSE, NULL, NULL },
    { "enable-sync-profile", FALSE, NULL, NULL },
    { "no-reboot",    FALSE, NULL, NULL },
    { "no-shutdown",  FALSE, NULL, NULL },
    { "no-user-config", FALSE, NULL, NULL },
    { "only-migratable", FALSE, NULL, NULL },
    { "one-insn-per-tb", FALSE, NULL, NULL },
    { "plugin",       TRUE, NULL, NULL },
    { "run-with",     TRUE, NULL, NULL },
    { "runas",        TRUE, NULL, NULL },
    { "sandbox",      TRUE, NULL, NULL },
    { "singlestep",   FALSE, NULL, NULL },
    { "tb-size",      TRUE, NULL, NULL },
    { NULL, FALSE, NULL, NULL },
};
/* clang-format on */

const QevmQemuOption *
qevm_qemu_option_find(const char *name)
{
    for (const QevmQemuOption *o = qevm_qemu_options; o->name; o++) {
        if (strcmp(o->name, name) == 0) {
            return o;
        }
    }
    return NULL;
}

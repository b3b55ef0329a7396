/* Unit tests of rewrite/failure.c: logs, and the failures in them. */
#include "rewrite/failure.h"

#include <string.h>

/* What a log tells: of each failure "CAUSE SECTION[@INSTANCE] FROM-TO xTIMES
 * [PLACES]", then "notice ID", then "unknown TEXT". */
static char *
summary(const QevmLog *log)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < log->failures->len; i++) {
        const QevmFailure *f = g_ptr_array_index(log->failures, i);
        g_autoptr(GPtrArray) places = qevm_failure_places(f);

        g_string_append_printf(out, "%s %s", f->cause->id,
                               f->idstr ? f->idstr : "-");
        if (f->instance_id != G_MAXUINT64) {
            g_string_append_printf(out, "@%" G_GUINT64_FORMAT, f->instance_id);
        }
        g_string_append_printf(out, " %u-%u x%u", f->from, f->to, f->times);
        for (guint k = 0; k < places->len; k++) {
            g_string_append_printf(out, " [%s]",
                                   (char *)g_ptr_array_index(places, k));
        }
        g_string_append_printf(out, "%s%s\n", f->rest ? " rest " : "",
                               f->rest ? f->rest : "");
    }
    for (guint i = 0; i < log->notices->len; i++) {
        const QevmMessage *m = g_ptr_array_index(log->notices, i);

        g_string_append_printf(out, "notice %s\n", m->id);
    }
    for (guint i = 0; i < log->unknown->len; i++) {
        g_string_append_printf(out, "unknown %s\n",
                               (char *)g_ptr_array_index(log->unknown, i));
    }
    return g_string_free(out, FALSE);
}

static QevmLog *
read_text(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    QevmLog *log = qevm_log_new();

    for (guint i = 0; lines[i]; i++) {
        qevm_log_add(log, lines[i]);
    }
    qevm_log_end(log);
    return log;
}

static const struct log_case {
    const char *path, *log, *summary;
} log_cases[] = {
    { "/empty", "", "" },
    { "/one",
      "qemu-system-x86_64: Missing section footer for ram\n"
      "qemu-system-x86_64: load of migration failed: Invalid argument",
      "footer-missing ram 204-1001 x1\n" },
    /* The lines from the field out are one failure. */
    { "/chain/lines",
      "qemu-system-i386: Failed to load ICH9LPC:pm\n"
      "qemu-system-i386: error while loading state for instance 0x0 of device "
      "'0000:00:1f.0/ICH9LPC'\n"
      "qemu-system-i386: load of migration failed: No such file or directory",
      "field 0000:00:1f.0/ICH9LPC@0 208-1001 x1 [ICH9LPC:pm]\n" },
    { "/chain/links",
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x2 of device 'serial': Loading VM subsection 'serial/tsr' "
      "in 'serial' failed: serial/tsr: incoming version_id 4 is too new for "
      "local version_id 3",
      "vmsd-too-new serial@2 1100-0 x1 [serial/tsr]\n" },
    /* A device that says why on a line of its own. */
    { "/chain/both",
      "VQ 0 vring.num 1024 exceeds allocated max 256\n"
      "load of migration failed: Invalid argument: error while loading state "
      "for instance 0x0 of device '0000:00:02.0/virtio-blk': Failed to load "
      "element of type virtio for virtio",
      "virtio-queue-size 0000:00:02.0/virtio-blk@0 1100-0 x1 [virtio]\n" },
    { "/chain/rest",
      "load of migration failed: Invalid argument: quite new words",
      "load-failed - 1002-0 x1 rest quite new words\n" },
    /* Nobody says which section RAM and the configuration are. */
    { "/section/ram", "Unknown ramblock \"a\", cannot accept migration",
      "ram-block-unknown ram 200-0 x1\n" },
    { "/section/configuration", "Machine type received is 'a' and local is 'b'",
      "machine-type configuration 204-1002 x1\n" },
    { "/section/id",
      "load of migration failed: Invalid argument: Section footer error, "
      "section_id: 16",
      "footer - 1002-0 x1\n" },
    /* Two failures, and one of them twice. */
    { "/twice",
      "2021-09-01T12:00:00.1Z qemu-kvm: Not a migration stream\n"
      "2021-09-01T12:00:00.2Z qemu-kvm: load of migration failed: Invalid "
      "argument\n"
      "2021-09-01 12:00:01.000+0000: shutting down, reason=failed\n"
      "2021-09-02T12:00:00.1Z qemu-kvm: Configuration section missing\n"
      "2021-09-02T12:00:00.2Z qemu-kvm: load of migration failed: Invalid "
      "argument\n"
      "2021-09-03T12:00:00.1Z qemu-kvm: Not a migration stream\n"
      "2021-09-03T12:00:00.2Z qemu-kvm: load of migration failed: Invalid "
      "argument\n",
      "not-a-stream - 203-1001 x2\nconfig-missing - 204-1001 x1\n" },
    { "/notices",
      "qemu-system-ppc64: warning: TCG doesn't support requested feature, "
      "cap-ibs=workaround\n"
      "qemu-system-ppc64: warning: TCG doesn't support requested feature, "
      "cap-ibs=workaround\n"
      "qemu-system-ppc64: warning: nic e1000.0 has no peer\n"
      "qemu-system-ppc64: Expected vmdescription section, but got 0",
      "notice spapr-cap-tcg\nnotice vmdesc-missing\n" },
    { "/unknown",
      "qemu-system-x86_64: terminating on signal 15 from pid 4711\n"
      "qemu-system-x86_64: terminating on signal 15 from pid 4711\n"
      "someone else: says something",
      "unknown terminating on signal 15 from pid 4711\n" },
    /* A crash is an end; some say why on the next line. */
    { "/crash/assertion",
      "qemu-system-aarch64: ../../migration/vmstate.c:172: "
      "vmstate_load_state: Assertion `first_elem || !n_elems || !size' "
      "failed.\n"
      "qemu-system-aarch64: Not a migration stream",
      "assertion - 200-0 x1\nnot-a-stream - 203-1001 x1\n" },
    { "/crash/abort",
      "Unexpected error in qemu_ram_resize() at ../softmmu/physmem.c:1766:\n"
      "qemu-system-x86_64: Size too large: /rom@etc/table-loader: 0xff1000 > "
      "0x10000: Invalid argument",
      "ram-block-maximum ram 502-0 x1\n" },
    { "/crash/glib",
      "ERROR:../hw/a.c:12:b: assertion failed: (c)\n"
      "Bail out! ERROR:../hw/a.c:12:b: assertion failed: (c)",
      "g-assertion - 200-0 x1\n" },
    { "/qmp/error",
      "{\"id\": \"libvirt-9\", \"error\": {\"class\": \"GenericError\", "
      "\"desc\": \"load of migration failed: Invalid argument: Unknown section "
      "type 46\"}}",
      "record-type - 1002-0 x1\n" },
    { "/qmp/query",
      "< {\"return\": {\"status\": \"failed\", \"error-desc\": \"load of "
      "migration failed: Invalid argument\"}}",
      "load-failed - 201-1001 x1\n" },
    { "/qmp/broken", "{\"error\": {\"desc\": \"Not a migration stream", "" },
};

static void
test_log(gconstpointer data)
{
    const struct log_case *t = data;
    g_autoptr(QevmLog) log = read_text(t->log);
    g_autofree char *seen = summary(log);

    g_assert_cmpstr(seen, ==, t->summary);
}

/* However long a log is, what is kept of it is bounded. */
static void
test_long(void)
{
    g_autoptr(QevmLog) log = qevm_log_new();

    for (guint i = 0; i < 3000; i++) {
        g_autofree char *unknown = g_strdup_printf("kvm: number %u", i);
        g_autofree char *failed =
            g_strdup_printf("kvm: Error -%u while loading VM state", i);

        qevm_log_add(log, unknown);
        qevm_log_add(log, failed);
    }
    qevm_log_end(log);
    g_assert_cmpuint(log->lines, ==, 6000);
    g_assert_cmpuint(log->failures->len, ==, 1000);
    g_assert_cmpuint(log->unknown->len, ==, 20);
    g_assert_cmpstr(g_ptr_array_index(log->unknown, 19), ==, "number 2999");
}

static void
test_architecture(void)
{
    g_autoptr(QevmLog) log =
        read_text("qemu-system-s390x: Not a migration stream");
    g_autoptr(QevmLog) kvm = read_text("qemu-kvm: Not a migration stream");

    g_assert_cmpstr(
        qevm_failure_architecture(g_ptr_array_index(log->failures, 0)), ==,
        "s390x");
    g_assert_null(
        qevm_failure_architecture(g_ptr_array_index(kvm->failures, 0)));
}

/* The same message, in the words of two releases. */
static void
test_finding(void)
{
    g_autoptr(QevmLog) log = read_text(
        "Unknown savevm section or instance 'apic' 3. Make sure that your "
        "current VM setup matches your saved VM setup, including any "
        "hotplugged devices\nload of migration failed: Invalid argument");
    const QevmFailure *failure = g_ptr_array_index(log->failures, 0);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);
    QevmFinding *finding =
        qevm_finding_add(findings, "section-unknown", NULL, 0, "no");

    g_assert_false(qevm_failure_is_finding(failure, finding));
    finding->lines = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(
        finding->lines,
        g_strdup("load of migration failed: Invalid argument: Unknown section "
                 "or instance 'apic' 3. Make sure that your current VM setup "
                 "matches your saved VM setup, including any hotplugged "
                 "devices"));
    g_assert_true(qevm_failure_is_finding(failure, finding));
    g_free(finding->lines->pdata[0]);
    finding->lines->pdata[0] =
        g_strdup("Unknown savevm section or instance 'apic' 2");
    g_assert_false(qevm_failure_is_finding(failure, finding));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(log_cases); i++) {
        g_autofree char *path = g_strconcat("/log", log_cases[i].path, NULL);

        g_test_add_data_func(path, &log_cases[i], test_log);
    }
    g_test_add_func("/long", test_long);
    g_test_add_func("/architecture", test_architecture);
    g_test_add_func("/finding", test_finding);
    return g_test_run();
}

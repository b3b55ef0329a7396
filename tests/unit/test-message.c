/* Unit tests of rewrite/message.c. */
#include "rewrite/message.h"

#include "rewrite/finding.h"

#include <errno.h>
#include <string.h>

/* ---- every form, written and read back ---- */

/* Gives each placeholder of `form` a value of its own. */
static QevmMessage *
example_of(const QevmMessageForm *form)
{
    QevmMessage *message = qevm_message_new(form->id);
    g_auto(GStrv) parts = g_strsplit(form->text, "{", -1);

    for (guint i = 1; parts[i]; i++) {
        gsize len = strcspn(parts[i], ":}");
        g_autofree char *name = g_strndup(parts[i], len);
        g_autofree char *text = g_strdup_printf("some/%s", name);

        if (parts[i][len] == '}') {
            qevm_message_set_text(message, name, text);
        } else if (parts[i][len + 1] == 'n') {
            qevm_message_set_text(message, name, name);
        } else {
            qevm_message_set_number(message, name, 0xa0 + i);
        }
    }
    return message;
}

static void
assert_same_arguments(const QevmMessage *a, const QevmMessage *b,
                      const QevmMessageForm *form)
{
    g_auto(GStrv) parts = g_strsplit(form->text, "{", -1);

    for (guint i = 1; parts[i]; i++) {
        gsize len = strcspn(parts[i], ":}");
        g_autofree char *name = g_strndup(parts[i], len);
        guint64 x = 0, y = 1;

        if (parts[i][len] == '}' || parts[i][len + 1] == 'n') {
            g_assert_cmpstr(qevm_message_text(a, name), ==,
                            qevm_message_text(b, name));
        } else {
            g_assert_true(qevm_message_number(a, name, &x));
            g_assert_true(qevm_message_number(b, name, &y));
            g_assert_cmphex(x, ==, y);
        }
    }
}

/* A link stands inside another one; a link that goes around others, around a
 * third. */
static void
test_form(gconstpointer data)
{
    const QevmMessageForm *form = data;
    g_autoptr(QevmMessage) message = example_of(form);
    g_autofree char *words = qevm_message_format(message, form->from);
    gboolean outer = form->link && g_str_has_suffix(form->text, ": ");
    g_autofree char *text = g_strconcat(
        "qemu-system-x86_64: ",
        form->link ? "load of migration failed: Invalid argument: " : "", words,
        outer ? "Unknown section 7" : "", NULL);
    g_autoptr(QevmMessageLine) line = qevm_message_parse(text);
    guint at = form->link ? 1 : 0;
    QevmMessage *read;

    g_assert_cmpuint(line->messages->len, ==, at + 1 + (outer ? 1 : 0));
    g_assert_null(line->rest);
    g_assert_cmpstr(line->program, ==, "qemu-system-x86_64");
    read = g_ptr_array_index(line->messages, at);
    g_assert_cmpstr(read->id, ==, form->id);
    g_assert_true(read->form->link == form->link);
    assert_same_arguments(message, read, form);
}

/* ---- the table ---- */

static void
test_table(void)
{
    guint n;
    const QevmMessageForm *forms = qevm_message_forms(&n);

    for (guint i = 0; i < n; i++) {
        const QevmMessageForm *f = &forms[i];

        g_assert_cmpuint(f->from, >=, 200);
        g_assert_true(f->to == 0 || f->to >= f->from);
        g_assert_true(f->source && strchr(f->source, ':'));
        g_assert_true(qevm_message_form(f->id, f->from) == f);
        if (f->finding && !qevm_finding_find(f->finding)) {
            g_error("%s: there is no finding %s", f->id, f->finding);
        }
        /* Forms of one id are neighbours and do not overlap. */
        for (guint k = i + 1; k < n; k++) {
            if (strcmp(forms[k].id, f->id) == 0 &&
                (strcmp(forms[k - 1].id, f->id) != 0 || !f->to ||
                 forms[k].from <= f->to)) {
                g_error("%s: its forms are apart, or overlap", f->id);
            }
        }
    }
}

/* ---- lines as they stand in logs ---- */

static const struct line_case {
    const char *path, *line, *ids, *argument, *value, *rest;
    gboolean warning;
} line_cases[] = {
    { "/line/bare", "Missing section footer for ram", "footer-missing", "idstr",
      "ram", NULL, FALSE },
    { "/line/program",
      "qemu-system-x86_64: Missing section footer for 0000:00:01.3/piix4_pm",
      "footer-missing", "idstr", "0000:00:01.3/piix4_pm", NULL, FALSE },
    { "/line/path", "/usr/libexec/qemu-kvm: Missing section footer for ram\r\n",
      "footer-missing", "idstr", "ram", NULL, FALSE },
    { "/line/stamp",
      "2021-09-01T12:00:00.123456Z qemu-system-aarch64: Invalid value 236 "
      "expecting positive value <= 162",
      "less-or-equal", NULL, NULL, NULL, FALSE },
    { "/line/libvirt",
      "error: internal error: qemu unexpectedly closed the monitor: "
      "2018-01-18T10:00:00.0Z qemu-kvm: Unknown ramblock \"vga.vram\", cannot "
      "accept migration",
      "ram-block-unknown", "block", "vga.vram", NULL, FALSE },
    { "/line/libvirt-job",
      "error: operation failed: job 'migration in' failed: load of migration "
      "failed: Invalid argument",
      "load-failed", "error", "Invalid argument", NULL, FALSE },
    { "/line/incoming",
      "qemu-system-x86_64: -incoming exec:cat a: b: Not a migration stream",
      "not-a-stream", NULL, NULL, NULL, FALSE },
    { "/line/monitor", "Error: Error -22 while loading VM state",
      "loadvm-failed", NULL, NULL, NULL, FALSE },
    { "/line/warning",
      "qemu-system-x86_64: warning: TCG doesn't support requested feature, "
      "cap-cfpc=workaround",
      "spapr-cap-tcg", "cap", "cap-cfpc=workaround", NULL, TRUE },
    { "/line/old-warning",
      "qemu: warning: error while loading state for instance 0x0 of device "
      "'ram'",
      "device", "idstr", "ram", NULL, FALSE },
    { "/line/chain",
      "qemu-system-x86_64: load of migration failed: Invalid argument: error "
      "while loading state for instance 0x0 of device "
      "'0000:00:02.0/virtio-blk': Failed to load element of type virtio for "
      "virtio",
      "load-failed device element", "idstr", "0000:00:02.0/virtio-blk", NULL,
      FALSE },
    { "/line/chain-inner-text",
      "load of migration failed: Invalid argument: post load hook failed for: "
      "configuration, version_id: 1, minimum_version: 0: Machine type received "
      "is 'pc-i440fx-4.2' and local is 'pc-i440fx-5.2'",
      "load-failed post-load-because machine-type", "incoming", "pc-i440fx-4.2",
      NULL, FALSE },
    { "/line/chain-rest",
      "load of migration failed: Invalid argument: something else: again",
      "load-failed", NULL, NULL, "something else: again", FALSE },
    { "/line/colons", "Failed to load ICH9LPC:pm", "field", "field", "pm", NULL,
      FALSE },
    { "/line/not-a-field", "Failed to load XBZRLE page - len overflow!",
      "xbzrle-length", NULL, NULL, NULL, FALSE },
    { "/line/stream-end",
      "load of migration failed: Input/output error: error while loading state "
      "for instance 0x0 of device 'cpu': Failed to load cpu state: stream "
      "error: -5",
      "load-failed device stream-end", "vmsd", "cpu", NULL, FALSE },
    { "/line/assertion",
      "qemu-system-aarch64: ../../migration/vmstate.c:172: vmstate_load_state: "
      "Assertion `first_elem || !n_elems || !size' failed.",
      "assertion", "condition", "first_elem || !n_elems || !size", NULL,
      FALSE },
    { "/line/assertion-with-a-name",
      "b.c:12: f: Assertion `!\"qemu: x\"' failed.", "assertion", "condition",
      "!\"qemu: x\"", NULL, FALSE },
    { "/line/too-new", "qemu-system-x86_64: some/list too new", "list-too-new",
      "vmsd", "some/list", NULL, FALSE },
    /* What begins with any words is looked for at the front only. */
    { "/line/too-new-elsewhere", "libvirtd: this client: is too new", "", NULL,
      NULL, NULL, FALSE },
    { "/line/other", "char device redirected to /dev/pts/3 (label charserial0)",
      "", NULL, NULL, NULL, FALSE },
    { "/line/empty", "", "", NULL, NULL, NULL, FALSE },
    { "/line/bytes", "Missing section footer for a\xff\xfe\x01",
      "footer-missing", "idstr", "a\xff\xfe\x01", NULL, FALSE },
};

static void
test_line(gconstpointer data)
{
    const struct line_case *t = data;
    g_autoptr(QevmMessageLine) line = qevm_message_parse(t->line);
    g_autoptr(GString) ids = g_string_new(NULL);
    const char *value = NULL;

    for (guint i = 0; i < line->messages->len; i++) {
        const QevmMessage *m = g_ptr_array_index(line->messages, i);

        g_string_append_printf(ids, "%s%s", i ? " " : "", m->id);
        if (t->argument && !value) {
            value = qevm_message_text(m, t->argument);
        }
    }
    g_assert_cmpstr(ids->str, ==, t->ids);
    g_assert_cmpstr(value, ==, t->value);
    g_assert_cmpstr(line->rest, ==, t->rest);
    g_assert_true(line->warning == t->warning);
}

/* ---- by release ---- */

static void
test_release(void)
{
    g_autoptr(QevmMessage) message = qevm_message_new("section-unknown");
    g_autofree char *old = NULL, *middle = NULL, *new = NULL;

    qevm_message_set_text(message, "idstr", "apic");
    qevm_message_set_number(message, "instance", 0xffffffff);
    old = qevm_message_format(message, 300);
    middle = qevm_message_format(message, 720);
    new = qevm_message_format(message, 1101);
    g_assert_cmpstr(old, ==, "Unknown savevm section or instance 'apic' -1");
    g_assert_true(g_str_has_prefix(
        middle, "Unknown savevm section or instance 'apic' 4294967295. Make"));
    g_assert_true(g_str_has_prefix(
        new, "Unknown section or instance 'apic' 4294967295. Make"));
    g_assert_null(qevm_message_form("subsection-unknown", 1000));
    g_assert_null(qevm_message_form("no-such-id", 1000));
}

/* Two lines say the same, or not. */
static const struct pair_case {
    const char *path, *a, *b;
    gboolean agree;
} pair_cases[] = {
    { "/pair/releases", "savevm: unsupported version 3 for 'a' v2",
      "unsupported version 3 for 'a' v2", TRUE },
    { "/pair/number", "savevm: unsupported version 3 for 'a' v2",
      "savevm: unsupported version 4 for 'a' v2", FALSE },
    { "/pair/text", "Missing section footer for a",
      "Missing section footer for b", FALSE },
    { "/pair/other", "Missing section footer for a", "Not a migration stream",
      FALSE },
    { "/pair/told-by-one", "Not a migration stream",
      "Not a migration stream, magic: 1 != 5145564d", TRUE },
    { "/pair/build", "../a/b.c:12: f: Assertion `x' failed.",
      "b.c:0: f: Assertion `x' failed.", TRUE },
    { "/pair/assertion", "b.c:12: f: Assertion `x' failed.",
      "b.c:12: f: Assertion `y' failed.", FALSE },
};

static void
test_pair(gconstpointer data)
{
    const struct pair_case *t = data;
    g_autoptr(QevmMessageLine) a = qevm_message_parse(t->a);
    g_autoptr(QevmMessageLine) b = qevm_message_parse(t->b);

    g_assert_true(qevm_message_agrees(g_ptr_array_index(a->messages, 0),
                                      g_ptr_array_index(b->messages, 0)) ==
                  t->agree);
}

static void
test_errno(void)
{
    g_assert_cmpint(qevm_message_errno("Invalid argument"), ==, EINVAL);
    g_assert_cmpint(qevm_message_errno("?"), ==, 0);
    g_assert_cmpstr(qevm_message_strerror(ENOENT), ==,
                    "No such file or directory");
    g_assert_null(qevm_message_strerror(0));
}

int
main(int argc, char **argv)
{
    guint n;
    const QevmMessageForm *forms = qevm_message_forms(&n);

    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < n; i++) {
        g_autofree char *path =
            g_strdup_printf("/form/%s/%u", forms[i].id, forms[i].from);

        g_test_add_data_func(path, &forms[i], test_form);
    }
    for (guint i = 0; i < G_N_ELEMENTS(line_cases); i++) {
        g_test_add_data_func(line_cases[i].path, &line_cases[i], test_line);
    }
    for (guint i = 0; i < G_N_ELEMENTS(pair_cases); i++) {
        g_test_add_data_func(pair_cases[i].path, &pair_cases[i], test_pair);
    }
    g_test_add_func("/table", test_table);
    g_test_add_func("/release", test_release);
    g_test_add_func("/errno", test_errno);
    return g_test_run();
}

/* test-edit.c - rules applied to a stream: what they match, what they may cost,
 * what happens outside the trees, and through a pipe.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-stream.h"

/* ---- rules that cannot be applied ---- */

static const struct bad_case bad_cases[] = {
    { "nothing/section", R("drop-section", AT("none")), QEVM_ERROR_RULE,
      "r: rule 1 (drop-section): no section `none` in this stream; there "
      "are: configuration, ram, 0000:00:01.0/dev, legacy, twin@0, twin@1" },
    { "nothing/field", R("remove-field", AT("twin@0//u")), QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): no field `u` in twin@0; there are: t" },
    { "nothing/when",
      R("set", AT(D "//q[*]/v") ", \"value\": 1, \"when\": \". == 0\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//q[*]/v: \"when\" holds at none of 2 "
      "places" },
    { "nothing/block", R("drop-ram-block", AT("pc.bios")), QEVM_ERROR_RULE,
      "r: rule 1 (drop-ram-block): no RAM block `pc.bios`" },
    { "nothing/command", R("drop-command", AT("POSTCOPY_RUN")), QEVM_ERROR_RULE,
      "r: rule 1 (drop-command): no command `POSTCOPY_RUN` in the stream" },
    { "nothing/command-ordinal", R("drop-command", AT("PING#2")),
      QEVM_ERROR_RULE,
      "r: rule 1 (drop-command): no command `PING#2` in the stream" },
    { "nothing/vmdesc-twice",
      BOTH(R("drop-vmdesc", "\"optional\": false"),
           R("drop-vmdesc", "\"optional\": false")),
      QEVM_ERROR_RULE, "r: rule 2 (drop-vmdesc): there is no vmdesc" },
    { "ambiguous/section", R("drop-section", AT("twin") ", \"optional\": true"),
      QEVM_ERROR_RULE,
      "r: rule 1 (drop-section): `twin` is 2 sections: say one of twin@0, "
      "twin@1, or twin@* for all" },
    { "ambiguous/structs",
      R("set", AT(D "//q/v") ", \"value\": 1, \"optional\": true"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//q is an array of structs: say [0] "
      "to [1], or [*] for all" },
    { "rename-ram-block/there",
      R("rename-ram-block", AT("pc.ram") ", \"to\": \"vga.rom\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (rename-ram-block): ram//.blocks/pc.ram: there is a RAM "
      "block `vga.rom` already" },
    { "rename-ram-block/several",
      R("rename-ram-block", AT("*") ", \"to\": \"x\""), QEVM_ERROR_RULE,
      "r: rule 1 (rename-ram-block): ram//.blocks/vga.rom: there is a RAM "
      "block `x` already" },
    { "add-command/length",
      R("add-command", AT("PING") ", \"value\": " HEX("00")), QEVM_ERROR_RULE,
      "r: rule 1 (add-command): QEMU takes no `PING` of 1 bytes" },
    { "add-command/packaged",
      R("add-command", AT("PACKAGED") ", \"value\": " HEX("00000000")),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-command): a `PACKAGED` command cannot be added" },
    { "class/exceeded",
      R("remove-field", AT(D "//a") ", \"if-equals\": 0, \"class\": "
                                    "\"default\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//a: \"class\" is default, "
      "but this is lossy: value 1 is dropped; differs from \"if-equals\"" },
    { "class/set",
      R("set", AT(D "//a") ", \"value\": 5, \"class\": \"lossless\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//a: \"class\" is lossless, but this "
      "is stated" },
    { "loss/all",
      BOTH(R("drop-section", AT("legacy")),
           BOTH(R("set", AT(D "//a") ", \"value\": 5"),
                R("drop-ram-block", AT("vga.rom")))),
      QEVM_ERROR_LOSS,
      "2 changes cost more than is allowed:\n  legacy: lossy: the section, 3 "
      "bytes, is dropped (rule 1, drop-section)\n  ram//.blocks/vga.rom: "
      "lossy: the block, 0x1000 bytes, and its pages are dropped (rule 3, "
      "drop-ram-block)" },
};

/* ---- what happens outside the trees ---- */

static void
apply(QevmEdit *edit, const char *list)
{
    g_autoptr(QevmRules) rules = rules_of(list);
    g_autoptr(GError) error = NULL;

    edit->allow_lossy = TRUE;
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
}

static void
test_blocks(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *changes = NULL;
    g_autoptr(QevmStream) again = NULL;
    const QevmNewBlock *block;

    /* The second rule finds the block by its new name. */
    apply(
        edit,
        R("rename-ram-block", AT("pc.ram") ", \"to\": \"mem0\"") ", " R(
            "rename-ram-block",
            AT("mem0") ", \"to\": \"mem1\"") ", " R("drop-ram-pages",
                                                    AT("mem?")) ", " R("drop-"
                                                                       "ram-"
                                                                       "block",
                                                                       AT("\\\""
                                                                          "vga."
                                                                          "rom"
                                                                          "\\"
                                                                          "\"")));
    g_assert_cmpuint(edit->live->ram->blocks->len, ==, 1);
    block = qevm_ram_map_block(edit->live->ram, 0);
    g_assert_cmpstr(block->idstr, ==, "mem1");
    g_assert_cmpuint(g_array_index(block->spans, QevmSpan, 0).kind, ==,
                     QEVM_SPAN_NOTHING);
    changes = journal(edit);
    g_assert_cmpstr(
        changes, ==,
        "ram//.blocks/pc.ram: pc.ram -> mem0 [lossless]\n"
        "ram//.blocks/mem0: mem0 -> mem1 [lossless]\n"
        "ram//.blocks/mem1: its pages -> - [lossy] the pages of 0x1000 bytes "
        "are dropped\n"
        "ram//.blocks/vga.rom: 0x1000 bytes -> - [lossy] the block, 0x1000 "
        "bytes, and its pages are dropped");
    again = emitted(edit);
    g_assert_cmpuint(again->ram->blocks->len, ==, 1);
    g_assert_nonnull(qevm_ram_find(again->ram, "mem1"));
}

static void
test_all_pages(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);

    apply(edit, R("drop-ram-pages", AT("*")));
    g_assert_cmpuint(edit->changes->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(edit->live->ram, i);

        g_assert_cmpuint(b->spans->len, ==, 1);
        g_assert_cmpuint(g_array_index(b->spans, QevmSpan, 0).kind, ==,
                         QEVM_SPAN_NOTHING);
    }
}

/* "OPEN_RETURN_PATH PING ..": the commands that are left, in order, with `|`
 * where the device sections are. */
static char *
commands_left(const QevmStream *stream)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_COMMAND && !r->dropped) {
            g_string_append_printf(out, " %s", qevm_command_name(r->command));
        } else if (r->type == QEVM_RECORD_FULL) {
            g_string_append(out, " |");
        }
    }
    return g_string_free(out, FALSE);
}

static void
test_commands(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *changes = NULL;
    g_autofree char *left = NULL;
    g_autofree char *left_again = NULL;
    g_autoptr(QevmStream) again = NULL;
    const QevmCommandEdit *dropped;

    apply(edit,
          R("drop-command", AT("OPEN*")) ", " R("drop-command", AT("PING#1")) ", " R(
              "add-command",
              AT("SWITCHOVER_START")) ", " R("add-command",
                                             AT("PING") ", \"after\": \"ram\", "
                                                        "\"value\": " HEX(
                                                            "00000009")));
    changes = journal(edit);
    g_assert_cmpstr(changes, ==,
                    "command OPEN_RETURN_PATH#0: hex: -> - [lossless]\n"
                    "command PING#1: hex:00000002 -> - [lossless]\n"
                    "command SWITCHOVER_START: - -> hex: [lossless]\n"
                    "command PING: - -> hex:00000009 [lossless]");
    left = commands_left(stream);
    g_assert_cmpstr(left, ==,
                    " PING PING SWITCHOVER_START SWITCHOVER_START | | | |");
    g_assert_cmpuint(edit->live->commands->len, ==, 2);
    dropped = &g_array_index(edit->live->commands, QevmCommandEdit, 1);
    g_assert_cmpuint(dropped->command, ==, 2);
    g_assert_cmpint(dropped->ordinal, ==, 1);
    again = emitted(edit);
    left_again = commands_left(again);
    g_assert_cmpstr(left_again, ==, left);
}

/* A header fact of a section that has parts. (That we do not read a `ram` of
 * version 3 is no concern of the rule.) */
static void
test_live_version(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *text = NULL;
    g_autofree char *changes = NULL;

    apply(edit, R("set-version", AT("ram") ", \"version\": 3"));
    changes = journal(edit);
    g_assert_cmpstr(changes, ==, "ram: 4 -> 3 [lossless]");
    text = section_text(stream, "ram");
    g_assert_true(g_str_has_prefix(text, "ram@0 v3 "));
}

static void
test_footers(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(QevmStream) again = NULL;
    g_autoptr(QevmStream) with = NULL;
    const QevmRecord *added;

    apply(edit, R("set-footers", "\"value\": true"));
    g_assert_cmpuint(edit->changes->len, ==, 0);
    apply(edit, R("set-footers", "\"value\": false") ", " R(
                    "add-section", "\"to\": \"x\", \"version\": 1, "
                                   "\"before\": \"legacy\""));
    g_assert_cmpint(edit->live->footers, ==, QEVM_FOOTERS_REMOVE);
    g_assert_true(stream->footers);
    added = g_ptr_array_index(stream->records, 10);
    g_assert_cmpstr(added->idstr, ==, "x");
    g_assert_false(added->footer);
    g_assert_cmpuint(added->section_id, ==, 8);
    again = emitted(edit);
    g_assert_false(again->footers);
    apply(edit, R("set-footers", "\"value\": true"));
    g_assert_cmpint(edit->live->footers, ==, QEVM_FOOTERS_AS_THEY_ARE);
    with = emitted(edit);
    g_assert_true(with->footers);
}

static void
test_drop_live(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *changes = NULL;
    g_autoptr(QevmStream) again = NULL;

    apply(edit, R("drop-section", AT("ram")) ", " R("drop-vmdesc",
                                                    "\"why\": \"too old\""));
    g_assert_cmpuint(edit->live->section_ids->len, ==, 1);
    g_assert_cmpuint(g_array_index(edit->live->section_ids, guint32, 0), ==, 2);
    g_assert_true(edit->drop_vmdesc);
    changes = journal(edit);
    g_assert_true(g_str_has_suffix(
        changes, "] the section and all its parts are dropped\nvmdesc: "
                 "1370 bytes -> - [default]"));
    again = emitted(edit);
    g_assert_null(again->ram);
    g_assert_null(again->vmdesc);
}

/* The idstrs of the device sections, in order. */
static char *
order(const QevmStream *stream)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (r->type == QEVM_RECORD_FULL) {
            g_string_append_printf(out, "%s%s@%u", out->len ? " " : "",
                                   r->idstr, r->instance_id);
        }
    }
    return g_string_free(out, FALSE);
}

static const struct move_case {
    const char *name, *rules, *order;
} move_cases[] = {
    { "before", R("move-section", AT("legacy") ", \"before\": \"" D "\""),
      "legacy@0 " D "@0 twin@0 twin@1" },
    { "after", R("move-section", AT(D) ", \"after\": \"twin@1\""),
      "legacy@0 twin@0 twin@1 " D "@0" },
    { "several-before",
      R("move-section", AT("twin@*") ", \"before\": "
                                     "\"legacy\""),
      D "@0 twin@0 twin@1 legacy@0" },
    { "several-after", R("move-section", AT("twin@*") ", \"after\": \"" D "\""),
      D "@0 twin@0 twin@1 legacy@0" },
    { "add-default", R("add-section", "\"to\": \"x\", \"version\": 1"),
      D "@0 legacy@0 twin@0 twin@1 x@0" },
    { "add-after",
      R("add-section", "\"to\": \"x\", \"version\": 1, "
                       "\"after\": \"legacy\""),
      D "@0 legacy@0 x@0 twin@0 twin@1" },
    { "add-before",
      R("add-section", "\"to\": \"x\", \"version\": 1, "
                       "\"before\": \"" D "\""),
      "x@0 " D "@0 legacy@0 twin@0 twin@1" },
};

static void
test_move(gconstpointer data)
{
    const struct move_case *t = data;
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *now = NULL;
    g_autofree char *then = NULL;
    g_autoptr(QevmStream) again = NULL;

    apply(edit, t->rules);
    now = order(stream);
    g_assert_cmpstr(now, ==, t->order);
    again = emitted(edit);
    then = order(again);
    g_assert_cmpstr(then, ==, t->order);
}

/* A second apply on the same edit starts with fresh counts, and is not blamed
 * for what the first one lost. */
static void
test_again(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(QevmRules) rules = NULL;
    g_autoptr(GError) error = NULL;

    apply(edit, R("drop-section", AT("legacy")));
    edit->allow_lossy = FALSE;
    rules = qevm_rules_for_set(D "//a", "6", &error);
    g_assert_no_error(error);
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
    qevm_rules_free(rules);
    rules = qevm_rules_for_set(D "//none", "6", &error);
    g_assert_false(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_RULE);
    g_assert_cmpstr(error->message, ==,
                    "no field `none` in 0000:00:01.0/dev; there are: a, arr, "
                    "s, q, buf, flag, {dev/sub}");
}

/* Literals of one rule that go to several places must not be shared by what
 * later rules edit in place. */
static void
test_not_shared(void)
{
    g_autoptr(QevmStream) stream = open_stream();
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *text = NULL;

    apply(
        edit,
        R("add-field",
          AT(D) ", \"fields\": [{\"name\": \"m\", \"type\": \"uint8\", "
                "\"count\": 2, \"value\": " HEX(
                    "0102") "}]") ", " R("set",
                                         AT(D "//s/x") ", \"value\": " HEX(
                                             "05")) ", " R("set",
                                                           AT(D
                                                              "//m[0]") ", "
                                                                        "\"valu"
                                                                        "e\": "
                                                                        "9") ","
                                                                             " " R(
                                                                                 "set",
                                                                                 AT(D "//m[1]") ", \"value\": " EXPR(
                                                                                     "$\\\"m[0]\\\" + 1")));
    text = section_text(stream, "dev");
    g_assert_cmpstr(text, ==, HEAD A ARR "0522" Q BUF FLAG "090a" SUB INDEX);
}

/* ---- pipes ---- */

typedef struct {
    QevmEdit *edit;
    const QevmRules *rules;
} Pipe;

static gboolean
live_hook(QevmStream *stream, QevmFlow *flow, const QevmLiveEdit **edit,
          gpointer user, GError **error)
{
    Pipe *p = user;

    (void)flow;
    p->edit = qevm_edit_new(stream);
    *edit = p->edit->live;
    return qevm_edit_apply(p->edit, p->rules, QEVM_PHASE_HEAD, error);
}

static QevmStream *
open_pipe(Pipe *p, GError **error)
{
    g_autoptr(GBytes) bytes = make_stream();
    QevmStreamHooks hooks = { .live = live_hook, .user = p };
    QevmSource *source;
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    int fds[2];

    g_assert_cmpint(pipe(fds), ==, 0);
    /* It fits the pipe's buffer. */
    g_assert_cmpint(write(fds[1], data, size), ==, (gssize)size);
    close(fds[1]);
    source = qevm_source_new_fd(fds[0], "pipe", error);
    return source ? qevm_stream_open(source, 0, &hooks, error) : NULL;
}

static const struct pipe_case {
    const char *name, *rules, *head, *all, *message;
} pipe_cases[] = {
    { "head-and-devices",
      R("set", AT(D "//a") ", \"value\": 2") ", " R(
          "set",
          AT("configuration//"
             "name") ", "
                     "\"value"
                     "\": "
                     "\"q35\"") ", " R("rename-ram-block",
                                       AT("pc.ram") ", \"to\": \"m\"") ", " R("set-footers",
                                                                              "\"value\": false") ", " R("dr"
                                                                                                         "op"
                                                                                                         "-v"
                                                                                                         "md"
                                                                                                         "es"
                                                                                                         "c",
                                                                                                         "\""
                                                                                                         "wh"
                                                                                                         "y"
                                                                                                         "\""
                                                                                                         ": "
                                                                                                         "\""
                                                                                                         "x"
                                                                                                         "\""),
      "configuration//name: \"pc-1.0\" -> \"q35\" [stated]\n"
      "ram//.blocks/pc.ram: pc.ram -> m [lossless]\n"
      "footers: true -> false [lossless]",
      "configuration//name: \"pc-1.0\" -> \"q35\" [stated]\n"
      "ram//.blocks/pc.ram: pc.ram -> m [lossless]\n"
      "footers: true -> false [lossless]\n" D "//a: 1 -> 2 [stated]\n"
      "vmdesc: 1370 bytes -> - [default]",
      NULL },
    { "glob",
      R("set-version", AT("*") ", \"version\": 9, \"when\": \"version > 2\""),
      "ram: 4 -> 9 [lossless]",
      "ram: 4 -> 9 [lossless]\n" D ": 3 -> 9 [lossless]", NULL },
    { "commands", R("drop-command", AT("PING")),
      "command PING#0: hex:00000001 -> - [lossless]",
      "command PING#0: hex:00000001 -> - [lossless]\n"
      "command PING#1: hex:00000002 -> - [lossless]",
      NULL },
    { "add",
      R("add-section", "\"to\": \"x\", \"version\": 1") ", " R(
          "add-command", AT("SWITCHOVER_START") ", \"before\": \"ram\""),
      "command SWITCHOVER_START: - -> hex: [lossless]",
      "command SWITCHOVER_START: - -> hex: [lossless]\n"
      "x: - -> version 1 [lossless]",
      NULL },
    { "nothing", R("drop-section", AT("none")), "", NULL,
      "r: rule 1 (drop-section): no section `none` in this stream; there "
      "are: configuration, ram, 0000:00:01.0/dev, legacy, twin@0, twin@1" },
    { "nothing-in-head", R("set", AT("configuration//x") ", \"value\": 1"),
      NULL, NULL,
      "r: rule 1 (set): no field `x` in configuration; there are: len, "
      "name" },
    { "loss-in-head", R("drop-ram-block", AT("vga.rom")), NULL, NULL,
      "1 change costs more than is allowed:\n"
      "  ram//.blocks/vga.rom: lossy: the block, 0x1000 bytes, and its pages "
      "are dropped (rule 1, drop-ram-block)" },
};

static void
test_pipe(gconstpointer data)
{
    const struct pipe_case *t = data;
    g_autoptr(QevmRules) rules = rules_of(t->rules);
    Pipe p = { .rules = rules };
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream = open_pipe(&p, &error);
    g_autofree char *head = p.edit ? journal(p.edit) : NULL;
    g_autofree char *all = NULL;

    if (stream) {
        g_assert_no_error(stream->error);
        g_assert_cmpstr(head, ==, t->head);
        (void)!qevm_edit_apply(p.edit, rules, QEVM_PHASE_DEVICES, &error);
    } else {
        g_assert_null(t->head);
    }
    if (t->message) {
        g_assert_nonnull(error);
        g_assert_cmpstr(error->message, ==, t->message);
    } else {
        g_assert_no_error(error);
        all = journal(p.edit);
        g_assert_cmpstr(all, ==, t->all);
    }
    qevm_edit_free(p.edit);
}

/* ---- need_walk ---- */

static const struct walk_case {
    const char *rules;
    gboolean walk, walk_whole;
} walk_cases[] = {
    { R("set", AT("a//b") ", \"value\": 1"), FALSE, FALSE },
    { R("drop-section", AT("a")), FALSE, FALSE },
    { R("drop-section", AT("\\\"*\\\"")), FALSE, FALSE },
    { R("drop-section", AT("*")), TRUE, TRUE },
    { R("drop-section", AT("ram")), TRUE, TRUE },
    { R("drop-section", AT("block")), TRUE, TRUE },
    { R("drop-section", AT("0000:00:03.0/vfio")), TRUE, TRUE },
    { R("move-section", AT("a?") ", \"after\": \"b\""), TRUE, TRUE },
    { R("rename-ram-block", AT("a") ", \"to\": \"b\""), TRUE, FALSE },
    { R("drop-ram-pages", AT("a")), TRUE, FALSE },
    { BOTH(R("drop-ram-pages", AT("a")), R("drop-command", AT("PING"))), TRUE,
      TRUE },
    { R("regroup-ram-pages", "\"size\": 4096"), TRUE, FALSE },
    { R("drop-command", AT("PING")), TRUE, TRUE },
    { R("set-footers", "\"value\": true"), TRUE, TRUE },
    { R("drop-vmdesc", "\"why\": \"x\""), FALSE, FALSE },
    { R("set-version", AT("ram") ", \"version\": 1"), FALSE, FALSE },
};

static void
test_need_walk(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(walk_cases); i++) {
        g_autoptr(QevmRules) rules = rules_of(walk_cases[i].rules);

        g_assert_cmpint(qevm_rules_need_walk(rules, FALSE), ==,
                        walk_cases[i].walk);
        g_assert_cmpint(qevm_rules_need_walk(rules, TRUE), ==,
                        walk_cases[i].walk_whole);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_bad_cases("/edit/", bad_cases, G_N_ELEMENTS(bad_cases));
    for (guint i = 0; i < G_N_ELEMENTS(move_cases); i++) {
        g_autofree char *path =
            g_strconcat("/edit/order/", move_cases[i].name, NULL);

        g_test_add_data_func(path, &move_cases[i], test_move);
    }
    for (guint i = 0; i < G_N_ELEMENTS(pipe_cases); i++) {
        g_autofree char *path =
            g_strconcat("/edit/pipe/", pipe_cases[i].name, NULL);

        g_test_add_data_func(path, &pipe_cases[i], test_pipe);
    }
    g_test_add_func("/edit/blocks", test_blocks);
    g_test_add_func("/edit/all-pages", test_all_pages);
    g_test_add_func("/edit/commands", test_commands);
    g_test_add_func("/edit/live-version", test_live_version);
    g_test_add_func("/edit/footers", test_footers);
    g_test_add_func("/edit/drop-live", test_drop_live);
    g_test_add_func("/edit/again", test_again);
    g_test_add_func("/edit/not-shared", test_not_shared);
    g_test_add_func("/edit/need-walk", test_need_walk);
    return g_test_run();
}

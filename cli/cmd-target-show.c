/* cmd-target-show.c - qevm target show: what was understood of a destination.
 */
#include "cli/command.h"
#include "cli/render.h"
#include "cli/target.h"
#include "rewrite/evidence.h"

#include <string.h>

static const QevmOption options[] = {
    QEVM_OPTION_JSON,
    QEVM_OPTION_DESCRIBE_WITH,
    QEVM_OPTION_END,
};

/* ---- which one it is ---- */

/* What all parts say together. */
typedef struct {
    const QevmTarget *target;
    QevmStream *reference;    /* NULL: none */
    const char *architecture; /* NULL: not known */
    const char *machine;
    QevmTargetKnows compat; /* the properties of that machine type */
    char *guess;            /* owned; releases that it can be; NULL: it is
                               the one */
} Subject;

static void
subject_clear(Subject *s)
{
    g_free(s->guess);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Subject, subject_clear)

static const char *
fact(const Subject *s, const char *name)
{
    return json_string_value(json_object_get(s->target->facts, name));
}

/* "x86_64" of "qemu-10.0/x86_64". */
static const char *
shipped_architecture(const QevmTarget *target)
{
    const char *slash = strrchr(target->name, '/');

    return !target->references->len && slash &&
                   g_str_has_prefix(target->name, "qemu-")
               ? slash + 1
               : NULL;
}

/* What a stream tells of its release is mostly a range, of which one is taken.
 */
static char *
guess_of(const Subject *s)
{
    g_autoptr(QevmWriter) writer =
        s->reference && !s->target->facts ? qevm_writer_of(s->reference) : NULL;

    return writer && writer->from != writer->to &&
                   (s->target->release == writer->from ||
                    s->target->release == writer->to)
               ? qevm_releases_text(writer->from, writer->to)
               : NULL;
}

static gboolean
understand(Subject *s, GError **error)
{
    g_autoptr(QevmCompat) compat = NULL;

    s->reference = qevm_target_reference(s->target);
    s->guess = guess_of(s);
    s->architecture = fact(s, "arch");
    if (!s->architecture) {
        s->architecture = s->reference ? qevm_stream_architecture(s->reference)
                                       : shipped_architecture(s->target);
    }
    s->machine = fact(s, "machine");
    if (!s->machine && s->reference) {
        s->machine = s->reference->machine;
    }
    s->compat = QEVM_TARGET_MAYBE;
    if (!s->machine || !s->architecture) {
        return TRUE;
    }
    compat = qevm_cli_compat(s->architecture, error);
    if (compat) {
        s->compat = qevm_compat_knows(compat, s->target->facts, s->machine)
                        ? QEVM_TARGET_YES
                        : QEVM_TARGET_NO;
    }
    return compat != NULL;
}

/* "10.0.13" if it says so itself, else "10.0"; NULL: not known. Owned. */
static char *
version_of(const Subject *s)
{
    const json_t *qemu = json_object_get(s->target->facts, "qemu");
    const char *version = json_string_value(json_object_get(qemu, "version"));

    return version ? g_strdup(version) : qevm_release_text(s->target->release);
}

/* ---- its parts ---- */

static void
set_count(json_t *json, const char *name, guint64 count)
{
    json_object_set_new(json, name, json_integer((json_int_t)count));
}

static json_t *
stream_json(const QevmStream *stream)
{
    json_t *json = json_pack("{s:s}", "part", "stream");
    guint sections = 0, described = 0, commands = 0;
    guint64 blocks = stream->ram ? stream->ram->blocks->len : 0;

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);
        gboolean full = r->type == QEVM_RECORD_FULL;

        sections += full || r->type == QEVM_RECORD_START;
        described += full && r->device && !r->opaque;
        commands += r->type == QEVM_RECORD_COMMAND;
    }
    json_object_set_new(
        json, "name", qevm_render_json_text(qevm_source_name(stream->source)));
    set_count(json, "sections", sections);
    set_count(json, "described", described);
    set_count(json, "ram_blocks", blocks);
    set_count(json, "commands", commands);
    json_object_set_new(json, "configuration",
                        json_boolean(stream->machine != NULL));
    json_object_set_new(json, "footers", json_boolean(stream->footers));
    return json;
}

static json_t *
facts_json(const Subject *s)
{
    static const char *const lists[] = { "devices", "virtio", "ram_blocks",
                                         "machines" };
    const json_t *facts = s->target->facts;
    const char *package = json_string_value(
        json_object_get(json_object_get(facts, "qemu"), "package"));
    json_t *json = json_pack("{s:s}", "part", "capture");
    g_autofree char *name = g_strconcat(qevm_source_name(s->reference->source),
                                        QEVM_TARGET_SUFFIX, NULL);

    json_object_set_new(json, "name", qevm_render_json_text(name));
    json_object_set_new(json, "package",
                        qevm_render_json_text(package ? package : ""));
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        set_count(json, lists[i],
                  json_array_size(json_object_get(facts, lists[i])));
    }
    set_count(json, "types", json_object_size(json_object_get(facts, "types")));
    return json;
}

static json_t *
known_json(const QevmKnown *known)
{
    json_t *json = json_pack("{s:s}", "part", "description");

    json_object_set_new(json, "name", qevm_render_json_text(known->name));
    set_count(json, "devices", known->devices->len);
    set_count(json, "vmsds", g_hash_table_size(known->by_name));
    json_object_set_new(json, "partial", json_boolean(known->partial));
    return json;
}

static json_t *
parts_json(const Subject *s)
{
    const QevmTarget *target = s->target;
    json_t *list = json_array();

    for (guint i = 0; i < target->references->len; i++) {
        json_array_append_new(
            list, stream_json(g_ptr_array_index(target->references, i)));
    }
    if (target->facts) {
        json_array_append_new(list, facts_json(s));
    }
    for (guint i = 0; i < target->known->len; i++) {
        json_array_append_new(list,
                              known_json(g_ptr_array_index(target->known, i)));
    }
    return list;
}

/* ---- what is not known ---- */

static void say_not(json_t *list, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void
say_not(json_t *list, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    json_array_append_new(list, qevm_render_json_text(text));
}

static gboolean
is_described(const QevmTarget *target, const char *vmsd)
{
    for (guint i = 0; i < target->known->len; i++) {
        if (qevm_known_named(g_ptr_array_index(target->known, i), vmsd)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Devices of the reference that no description has, each once. */
static void
say_undescribed(const Subject *s, json_t *list)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) names = g_string_new("");

    for (guint i = 0; i < s->reference->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(s->reference->records, i);
        const QevmVmsd *vmsd =
            r->type == QEVM_RECORD_FULL && r->device ? r->device->vmsd : NULL;

        if (vmsd && vmsd->name && !is_described(s->target, vmsd->name) &&
            g_hash_table_add(seen, g_strdup(vmsd->name))) {
            g_string_append_printf(names, "%s%s", names->len ? ", " : "",
                                   vmsd->name);
        }
    }
    if (names->len) {
        say_not(list,
                "what idle guests do not send of devices that no "
                "description has: %s",
                names->str);
    }
}

static void
say_facts(const Subject *s, json_t *list)
{
    const json_t *facts = s->target->facts;

    if (!facts) {
        say_not(list,
                "which features it offers to virtio devices, the sizes "
                "of BARs and how large RAM blocks can be: no "
                "%s of \"qevm capture\" is beside it",
                QEVM_TARGET_SUFFIX);
    } else if (!json_is_array(json_object_get(facts, "virtio"))) {
        say_not(list, "which features it offers to virtio devices: that QEMU "
                      "does not tell");
    }
}

static void
say_release(const Subject *s, json_t *list)
{
    g_autofree char *taken = qevm_release_text(s->target->release);

    if (!taken) {
        say_not(list, "which release it is, so that what it knows of commands "
                      "and how it words messages is open");
    } else if (s->guess) {
        say_not(list, "which release it is: %s by its stream, taken for %s",
                s->guess, taken);
    }
}

static json_t *
not_known_json(const Subject *s)
{
    json_t *list = json_array();

    say_release(s, list);
    if (!s->reference) {
        say_not(list, "which devices, RAM blocks and configuration it has: no "
                      "stream that it saved was named");
    } else {
        say_facts(s, list);
    }
    if (!s->target->known->len) {
        say_not(list, "what idle guests do not send, and the oldest versions "
                      "that it takes: no description is there");
    } else if (s->reference) {
        say_undescribed(s, list);
    }
    if (s->compat == QEVM_TARGET_NO) {
        say_not(list, "the compat properties of its machine type %s",
                s->machine);
    }
    return list;
}

/* ---- what is printed ---- */

static json_t *
text_or_null(const char *text)
{
    return text ? qevm_render_json_text(text) : json_null();
}

static json_t *
subject_json(const Subject *s)
{
    json_t *json = json_object();
    g_autofree char *version = version_of(s);

    json_object_set_new(json, "target", qevm_render_json_text(s->target->name));
    json_object_set_new(json, "qemu", text_or_null(version));
    json_object_set_new(json, "exact",
                        json_boolean(s->target->release && !s->guess));
    json_object_set_new(json, "arch", text_or_null(s->architecture));
    json_object_set_new(json, "machine", text_or_null(s->machine));
    json_object_set_new(json, "parts", parts_json(s));
    json_object_set_new(json, "compat",
                        json_boolean(s->compat == QEVM_TARGET_YES));
    json_object_set_new(json, "not_known", not_known_json(s));
    return json;
}

/* What the members of a part are called, where that is not their name. */
static const char *
count_name(const char *member)
{
    static const struct {
        const char *member, *text;
    } names[] = {
        { "ram_blocks", "RAM blocks" },
        { "virtio", "virtio devices" },
        { "machines", "machine types" },
        { "types", "device types" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(member, names[i].member) == 0) {
            return names[i].text;
        }
    }
    return member;
}

/* Of what there is none nothing is said. */
static void
print_counts(QevmPrint *out, json_t *part)
{
    const char *name, *what, *between = ": ";
    json_t *value;
    gboolean one;

    json_object_foreach(part, name, value)
    {
        if (json_integer_value(value) == 0) {
            continue;
        }
        if (strcmp(name, "described") == 0) {
            qevm_print_format(out, " (%" JSON_INTEGER_FORMAT " described)",
                              json_integer_value(value));
            continue;
        }
        qevm_print_format(out, "%s%" JSON_INTEGER_FORMAT " ", between,
                          json_integer_value(value));
        /* jansson finds the next member by the address of `name`. */
        what = count_name(name);
        one = json_integer_value(value) == 1 && g_str_has_suffix(what, "s");
        qevm_print_bytes(out, what, strlen(what) - one);
        between = ", ";
    }
}

static void
print_part(QevmPrint *out, json_t *part)
{
    static const struct {
        const char *member;
        gboolean value;
        const char *text;
    } remarks[] = { { "configuration", FALSE, "no configuration" },
                    { "footers", FALSE, "no footers" },
                    { "partial", TRUE, "not complete" } };

    qevm_print_styled(out, QEVM_STYLE_NAME, "  %-11s",
                      json_string_value(json_object_get(part, "part")));
    qevm_print_format(out, " %s",
                      json_string_value(json_object_get(part, "name")));
    print_counts(out, part);
    for (guint i = 0; i < G_N_ELEMENTS(remarks); i++) {
        const json_t *value = json_object_get(part, remarks[i].member);

        if (value && json_is_true(value) == remarks[i].value) {
            qevm_print_format(out, ", %s", remarks[i].text);
        }
    }
    qevm_print(out, "\n");
}

static const char *
text_of(const json_t *json, const char *name, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text ? text : otherwise;
}

static void
print_text(QevmPrint *out, const json_t *json)
{
    const char *qemu = text_of(json, "qemu", NULL);
    json_t *item;
    size_t i;

    qevm_print_format(
        out, "%s: %s%s, %s, machine type ", text_of(json, "target", ""),
        !qemu                                          ? ""
        : json_is_true(json_object_get(json, "exact")) ? "QEMU "
                                                       : "likely QEMU ",
        qemu ? qemu : "an unknown release of QEMU",
        text_of(json, "arch", "unknown architecture"));
    qevm_print_words(out, text_of(json, "machine", "open"));
    qevm_print(out, "\n");
    json_array_foreach(json_object_get(json, "parts"), i, item)
    {
        print_part(out, item);
    }
    if (json_is_true(json_object_get(json, "compat"))) {
        qevm_print_styled(out, QEVM_STYLE_NAME, "  %-11s", "compat");
        qevm_print(out, " the properties that ");
        qevm_print_words(out, text_of(json, "machine", ""));
        qevm_print(out, " sets\n");
    }
    json_array_foreach(json_object_get(json, "not_known"), i, item)
    {
        g_autofree char *said = qevm_printable(json_string_value(item));
        g_autofree char *text = g_strconcat("- ", said, NULL);

        if (i == 0) {
            qevm_print_styled(out, QEVM_STYLE_WARNING, "  not known");
            qevm_print(out, "\n");
        }
        qevm_print_indented(out, 4, text);
    }
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmTarget) target = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(Subject) s = { 0 };
    json_t *json;

    (void)argc;
    cli->options.against = argv;
    target = qevm_cli_target(cli);
    cli->options.against = NULL;
    if (!target) {
        return QEVM_EXIT_INPUT;
    }
    s.target = target;
    if (!understand(&s, &error)) {
        return qevm_cli_fail(cli, NULL, error, QEVM_EXIT_SYSTEM);
    }
    json = subject_json(&s);
    if (cli->options.json) {
        qevm_render_json_print(cli->out, json);
        qevm_print(cli->out, "\n");
    } else {
        print_text(cli->out, json);
    }
    json_decref(json);
    return QEVM_EXIT_OK;
}

const QevmCommand qevm_command_target_show = {
    .name = "target show",
    .args = "TARGET...",
    .summary = "tell what was understood of a target",
    .details =
        "Takes what --against takes, all of it as one target, and tells "
        "which QEMU that is, what each part of it has, and what nothing of it "
        "tells: on that, findings are no more than likely, and a plan asks "
        "for an option or lets be. What is shipped for the QEMU of a stream "
        "is among the parts.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};

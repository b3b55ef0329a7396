/* cmd-try.c - qevm try: does this QEMU load that stream? */
#include "cli/container.h"
#include "cli/explain.h"
#include "cli/qemu/cli.h"
#include "cli/qemu/load.h"
#include "cli/qemu/run.h"
#include "cli/render.h"

#include <stdio.h>
#include <string.h>

static const QevmOption options[] = {
    { "run", 0, G_OPTION_ARG_DOUBLE, G_STRUCT_OFFSET(QevmOptions, run),
      "SECONDS", "let the guest go on for so long" },
    QEVM_OPTION_DISKS_ARE_COPIES,
    QEVM_OPTION_TIMEOUT,
    QEVM_OPTION_OFFSET,
    QEVM_OPTION_SHOW_COMMAND,
    QEVM_OPTION_JSON,
    QEVM_OPTION_END,
};

static const char *const verdicts[] = {
    [QEVM_LOAD_LOADED] = "loaded",
    [QEVM_LOAD_REFUSED] = "refused",
    [QEVM_LOAD_CRASHED] = "crashed",
};

/* Everything that is known once QEMU has said its word. */
typedef struct {
    const char *file;
    const QevmQemuCommand *command;
    const QevmQemu *qemu;
    const QevmLoad *load;
    const QevmRun *run; /* NULL: it did not go on */
    gboolean is_stream; /* the file can be read again, and is one */
} Trial;

static gboolean
is_good(const Trial *trial)
{
    return trial->load->result == QEVM_LOAD_LOADED &&
           (!trial->run || trial->run->runs);
}

/* ---- text ---- */

static void
print_indented(QevmPrint *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++) {
        if (**line) {
            qevm_print_format(out, "  %s\n", *line);
        }
    }
}

/* What a guest prints can hold anything. */
static void
print_serial(QevmPrint *out, const GString *serial)
{
    g_autoptr(GString) plain = g_string_new(NULL);

    for (gsize i = 0; i < serial->len; i++) {
        guchar c = (guchar)serial->str[i];

        if (c == '\n' || c == '\t' || (c >= ' ' && c < 0x7f)) {
            g_string_append_c(plain, (char)c);
        } else if (c != '\r' && c != '\0') {
            g_string_append_printf(plain, "\\x%02x", c);
        }
    }
    if (plain->len) {
        qevm_print(out, "its first serial port:\n");
        print_indented(out, plain->str);
    }
}

static void
print_run(QevmPrint *out, const QevmRun *run)
{
    if (run->ended) {
        qevm_print_format(out, "QEMU ended after %.1f s: %s\n", run->seconds,
                          run->ended);
    } else if (run->runs) {
        qevm_print_format(out, "it runs, after %.1f s\n", run->seconds);
    } else {
        qevm_print_format(out, "it does not run after %.1f s: %s\n",
                          run->seconds, run->status);
    }
    for (guint i = 0; i < run->events->len; i++) {
        qevm_print_format(out, "  event %s\n",
                          (const char *)g_ptr_array_index(run->events, i));
    }
    print_serial(out, run->serial);
}

/* What it means. A stream out of a pipe is gone, and one that is none says
 * nothing. */
static gboolean
is_explained(const Trial *trial)
{
    return trial->load->result != QEVM_LOAD_LOADED && *trial->load->messages;
}

static const char *
explained_file(const Trial *trial)
{
    return trial->is_stream ? trial->file : NULL;
}

static void
print_text(QevmCli *cli, const Trial *trial)
{
    QevmPrint *out = cli->out;
    const QevmLoad *load = trial->load;
    gboolean good = load->result == QEVM_LOAD_LOADED;

    qevm_print_format(out, "%s: ", trial->file);
    qevm_print_styled(out, good ? QEVM_STYLE_PLAIN : QEVM_STYLE_ERROR, "%s",
                      verdicts[load->result]);
    qevm_print_format(out, " by QEMU %s%s%s\n", trial->qemu->version,
                      load->result == QEVM_LOAD_CRASHED ? ", which ended with "
                                                        : "",
                      load->result == QEVM_LOAD_CRASHED ? load->ended : "");
    for (guint i = 0; i < load->capabilities->len; i++) {
        qevm_print_format(
            out, "  with the capability %s, as the stream wants it\n",
            (const char *)g_ptr_array_index(load->capabilities, i));
    }
    print_indented(out, load->messages);
    if (load->place.section) {
        qevm_print_format(out,
                          "it was in the section %s, instance %u, "
                          "version %u\n",
                          load->place.section, load->place.instance_id,
                          load->place.version_id);
    }
    if (load->place.field) {
        qevm_print_format(out, "the last field was %s\n", load->place.field);
    }
    if (trial->run) {
        print_run(out, trial->run);
    }
    if (is_explained(trial)) {
        qevm_print(out, "\n");
        (void)qevm_explain(cli, load->messages, explained_file(trial), NULL);
    }
}

/* ---- JSON ---- */

static json_t *
lines(const char *text)
{
    g_auto(GStrv) each = g_strsplit(text, "\n", -1);
    json_t *list = json_array();

    for (char **line = each; *line; line++) {
        if (**line) {
            json_array_append_new(list, qevm_render_json_text(*line));
        }
    }
    return list;
}

static json_t *
text_or_null(const char *text)
{
    return text ? qevm_render_json_text(text) : json_null();
}

static json_t *
place_json(const QevmLoadPlace *place)
{
    json_t *json;

    if (!place->section && !place->field) {
        return json_null();
    }
    json = json_object();
    json_object_set_new(json, "section", text_or_null(place->section));
    json_object_set_new(json, "instance_id", json_integer(place->instance_id));
    json_object_set_new(json, "version_id", json_integer(place->version_id));
    json_object_set_new(json, "field", text_or_null(place->field));
    return json;
}

static json_t *
run_json(const QevmRun *run)
{
    json_t *json = json_object();
    g_autofree char *serial =
        g_utf8_make_valid(run->serial->str, (gssize)run->serial->len);

    json_object_set_new(json, "seconds", json_real(run->seconds));
    json_object_set_new(json, "runs", json_boolean(run->runs));
    json_object_set_new(json, "status", text_or_null(run->status));
    json_object_set_new(json, "ended", text_or_null(run->ended));
    json_object_set_new(json, "events", qevm_cli_qemu_strings(run->events));
    json_object_set_new(json, "serial", qevm_render_json_text(serial));
    return json;
}

static void
print_json(QevmCli *cli, const Trial *trial)
{
    const QevmLoad *load = trial->load;
    json_t *json = json_object(), *explained = NULL;

    json_object_set_new(json, "file", qevm_render_json_text(trial->file));
    json_object_set_new(json, "qemu", json_string(trial->qemu->version));
    json_object_set_new(json, "verdict", json_string(verdicts[load->result]));
    json_object_set_new(json, "capabilities",
                        qevm_cli_qemu_strings(load->capabilities));
    json_object_set_new(json, "messages", lines(load->messages));
    json_object_set_new(json, "ended", text_or_null(load->ended));
    json_object_set_new(json, "at", place_json(&load->place));
    if (trial->run) {
        json_object_set_new(json, "run", run_json(trial->run));
    }
    if (is_explained(trial) &&
        qevm_explain(cli, load->messages, explained_file(trial), &explained)) {
        json_object_set_new(json, "explained", explained);
    }
    qevm_cli_qemu_json(trial->command, json);
    qevm_render_json_print(cli->out, json);
    qevm_print(cli->out, "\n");
    json_decref(json);
}

/* ---- the trial ---- */

/* `trial` has the file and what it is. Takes over `source`. */
static int
load_and_run(QevmCli *cli, Trial *trial, QevmSource *source)
{
    const QevmOptions *o = &cli->options;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmQemu) qemu =
        qevm_qemu_start(trial->command, qevm_qemu_load_options,
                        (guint)o->timeout, TRUE, &error);
    g_autoptr(QevmLoad) load = NULL;
    g_autoptr(QevmRun) going = NULL;

    if (!qemu) {
        qevm_source_free(source);
        return qevm_cli_qemu_fail(cli, NULL, error);
    }
    load = qevm_qemu_load(qemu, source, &error);
    if (!load) {
        return qevm_cli_qemu_fail(cli, trial->file, error);
    }
    if (o->run > 0 && load->result == QEVM_LOAD_LOADED) {
        going = qevm_qemu_run(qemu, o->run, trial->command->serial, &error);
        if (!going) {
            return qevm_cli_qemu_fail(cli, trial->file, error);
        }
    }
    trial->qemu = qemu;
    trial->load = load;
    trial->run = going;
    if (o->json) {
        print_json(cli, trial);
    } else {
        print_text(cli, trial);
    }
    return is_good(trial) ? QEVM_EXIT_OK : QEVM_EXIT_FINDINGS;
}

/* A snapshot goes with the disks of its time, which QEMU does not get here. */
static void
say_snapshot(const char *file, const QevmContainer *container)
{
    const QevmLayer *layer = qevm_container_layer(container, QEVM_LAYER_QCOW2);

    if (layer && layer->snapshot) {
        fprintf(stderr,
                "qevm: %s: the disks are as they are now, not as they were at "
                "the snapshot\n",
                file);
    }
}

/* Can the file be read again, and is it a stream? */
static gboolean
is_stream(const char *file, QevmSource *source)
{
    char magic[4];
    gsize got;

    return g_file_test(file, G_FILE_TEST_IS_REGULAR) &&
           qevm_source_peek(source, sizeof(magic), magic, &got, NULL) &&
           got == sizeof(magic) && memcmp(magic, "QEVM", got) == 0;
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmQemuCommand) command = NULL;
    g_autoptr(QevmContainer) container = NULL;
    Trial trial = { .file = argv[0] };
    QevmSource *source;
    int code;

    if (cli->options.run < 0) {
        return qevm_cli_usage(cli, "--run needs a number of seconds");
    }
    command = qevm_cli_qemu(cli, argc, argv, 1, &code);
    if (!command) {
        return code;
    }
    if (cli->options.dry_run) {
        g_autofree char *text = qevm_qemu_command_text(command);

        qevm_print_format(cli->out, "%s\n", text);
        return QEVM_EXIT_OK;
    }
    container = qevm_cli_container(cli, argv[0], 0, &source);
    if (!container) {
        return QEVM_EXIT_INPUT;
    }
    say_snapshot(argv[0], container);
    trial.command = command;
    trial.is_stream = is_stream(argv[0], source);
    return qevm_cli_qemu_done(cli, load_and_run(cli, &trial, source));
}

const QevmCommand qevm_command_try = {
    .name = "try",
    .args = "FILE -- QEMU...",
    .summary = "load a stream into a QEMU, and see what it says",
    .details =
        "Starts a QEMU by the command that starts it, has it load the stream, "
        "and prints what it makes of that: loaded, refused, or crashed, with "
        "its own words and the section and field that it was in. The guest "
        "stays paused; with --run it goes on for a while, and what it prints "
        "on its first serial port is printed.\n\nNo disk is written to: what "
        "the guest writes goes to temporary files. Its networks lead nowhere. "
        "Options that would be in the way are left out, and named. The exit "
        "status is 0 if the stream was loaded and, with --run, the guest still "
        "runs, and 1 if not.",
    .options = options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};

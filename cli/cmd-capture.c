/* cmd-capture.c - qevm capture: what an idle QEMU saves, and says of itself. */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/qemu/capture.h"
#include "cli/qemu/cli.h"
#include "cli/render.h"
#include "cli/target.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const QevmOption options[] = {
    QEVM_OPTION_OUTPUT,  QEVM_OPTION_DISKS_ARE_COPIES,
    QEVM_OPTION_TIMEOUT, QEVM_OPTION_SHOW_COMMAND,
    QEVM_OPTION_JSON,    QEVM_OPTION_NO_SYNC,
    QEVM_OPTION_END,
};

static gboolean
write_target(QevmOutput *output, const json_t *target, GError **error)
{
    char *text = json_dumps(target, JSON_INDENT(1));
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(QevmSource) source = NULL;
    g_autofree char *line = g_strconcat(text ? text : "", "\n", NULL);

    free(text);
    bytes = g_bytes_new_take(g_steal_pointer(&line), strlen(line));
    source = qevm_source_new_bytes(bytes, "target");
    return qevm_source_copy(source, 0, qevm_source_size(source),
                            qevm_output_fd(output), FALSE, error);
}

static void
print_done(QevmCli *cli, const QevmQemuCommand *command, const char *file,
           const char *target_file, const json_t *target,
           const GPtrArray *notes)
{
    const json_t *qemu = json_object_get(target, "qemu");
    const char *version = json_string_value(json_object_get(qemu, "version"));
    const char *machine = json_string_value(json_object_get(target, "machine"));
    json_t *json;

    if (!cli->options.json) {
        qevm_print_format(cli->out,
                          "%s: %s of QEMU %s\n%s: what it says of "
                          "itself\n",
                          file, machine, version, target_file);
        return;
    }
    json = json_object();
    json_object_set_new(json, "file", qevm_render_json_text(file));
    json_object_set_new(json, "target", qevm_render_json_text(target_file));
    json_object_set_new(json, "qemu", json_string(version));
    json_object_set_new(json, "machine", json_string(machine));
    json_object_set_new(json, "notes", qevm_cli_qemu_strings(notes));
    qevm_cli_qemu_json(command, json);
    qevm_render_json_print(cli->out, json);
    qevm_print(cli->out, "\n");
    json_decref(json);
}

/* Both files, or neither. */
static int
capture(QevmCli *cli, const QevmQemuCommand *command, char **words)
{
    const QevmOptions *o = &cli->options;
    g_autofree char *target_file =
        g_strconcat(o->output, QEVM_TARGET_SUFFIX, NULL);
    g_autoptr(QevmOutput) stream = NULL, beside = NULL;
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    json_t *target = NULL;
    gboolean ok;

    stream = qevm_output_open(o->output, NULL, &error);
    if (stream && !qevm_output_sparse(stream)) {
        return qevm_cli_usage(cli, "%s has to be a file", o->output);
    }
    beside = stream ? qevm_output_open(target_file, NULL, &error) : NULL;
    ok = beside &&
         qevm_capture(cli, command, words, (guint)o->timeout,
                      qevm_output_fd(stream), &target, notes, &error) &&
         write_target(beside, target, &error) &&
         qevm_output_commit(beside, !o->no_sync, &error) &&
         qevm_output_commit(stream, !o->no_sync, &error);
    for (guint i = 0; ok && i < notes->len; i++) {
        fprintf(stderr, "qevm: %s: %s\n", o->output,
                (const char *)g_ptr_array_index(notes, i));
    }
    if (ok) {
        print_done(cli, command, o->output, target_file, target, notes);
    }
    json_decref(target);
    return ok ? QEVM_EXIT_OK : qevm_cli_qemu_fail(cli, NULL, error);
}

static int
run(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(QevmQemuCommand) command = NULL;
    int code;

    if (!cli->options.output && !cli->options.dry_run) {
        return qevm_cli_usage(cli, "needs -o OUT");
    }
    command = qevm_cli_qemu(cli, argc, argv, 0, &code);
    if (!command) {
        return code;
    }
    if (cli->options.dry_run) {
        g_autofree char *text = qevm_qemu_command_text(command);

        qevm_print_format(cli->out, "%s\n", text);
        return QEVM_EXIT_OK;
    }
    return qevm_cli_qemu_done(cli, capture(cli, command, argv));
}

const QevmCommand qevm_command_capture = {
    .name = "capture",
    .args = "-o OUT -- QEMU...",
    .summary = "write what a QEMU saves when idle",
    .details =
        "Starts a QEMU by the command that starts it, lets no guest run, and "
        "writes the stream that it saves then to OUT, without pages of RAM: a "
        "reference of what it wants to load. OUT" QEVM_TARGET_SUFFIX
        " gets what a stream cannot say: all devices that it knows, the "
        "features and properties of those that it has, its machine types.\n\n"
        "No disk is written to, and nothing is left behind. Options that would "
        "be in the way are left out, and named.",
    .options = options,
    .max_args = -1,
    .run = run,
};

/* cli.c - what the commands that run a QEMU have in common. */
#include "cli/qemu/cli.h"

#include "cli/qemu/error.h"
#include "cli/qemu/interrupt.h"

#include <stdio.h>

int
qevm_cli_qemu_fail(QevmCli *cli, const char *name, const GError *error)
{
    gboolean usage =
        g_error_matches(error, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_COMMAND);

    return qevm_cli_fail(cli, name, error,
                         usage ? QEVM_EXIT_USAGE : QEVM_EXIT_SYSTEM);
}

static void
say_list(const char *what, const GPtrArray *list)
{
    if (list->len) {
        fprintf(stderr, "qevm: %s: ", what);
    }
    for (guint i = 0; i < list->len; i++) {
        fprintf(stderr, "%s%s", (const char *)g_ptr_array_index(list, i),
                i + 1 < list->len ? ", " : "\n");
    }
}

QevmQemuCommand *
qevm_cli_qemu(QevmCli *cli, int argc, char **argv, int before, int *code)
{
    const QevmOptions *o = &cli->options;
    g_autoptr(GError) error = NULL;
    QevmQemuCommand *command;

    if (cli->dashes != before || argc <= before) {
        *code = qevm_cli_usage(cli, "needs \"-- QEMU...\", the command that "
                                    "starts QEMU, at the end");
        return NULL;
    }
    if (o->timeout < 1) {
        *code = qevm_cli_usage(cli, "--timeout needs at least one second");
        return NULL;
    }
    command = qevm_qemu_command_new(
        argv + before,
        (o->disks_are_copies ? QEVM_QEMU_DISKS_ARE_COPIES : 0) |
            (o->run > 0 ? QEVM_QEMU_RUN : 0),
        &error);
    if (!command) {
        *code = qevm_cli_qemu_fail(cli, NULL, error);
        return NULL;
    }
    say_list("left out", command->left_out);
    say_list("changed", command->changed);
    say_list("not written to", command->overlaid);
    return command;
}

json_t *
qevm_cli_qemu_strings(const GPtrArray *list)
{
    json_t *json = json_array();

    for (guint i = 0; i < list->len; i++) {
        g_autofree char *text =
            g_utf8_make_valid(g_ptr_array_index(list, i), -1);

        json_array_append_new(json, json_string(text));
    }
    return json;
}

void
qevm_cli_qemu_json(const QevmQemuCommand *command, json_t *json)
{
    json_object_set_new(json, "left_out",
                        qevm_cli_qemu_strings(command->left_out));
    json_object_set_new(json, "changed",
                        qevm_cli_qemu_strings(command->changed));
    json_object_set_new(json, "overlaid",
                        qevm_cli_qemu_strings(command->overlaid));
}

int
qevm_cli_qemu_done(QevmCli *cli, int code)
{
    int number;

    (void)qevm_print_flush(cli->out, &number);
    qevm_interrupt_obey();
    return code;
}

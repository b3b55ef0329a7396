/* cmd-target.c - qevm target: what is known of destinations. */
#include "cli/command.h"
#include "cli/render.h"
#include "cli/target.h"

/* ---- list ---- */

static const QevmOption list_options[] = {
    QEVM_OPTION_JSON,
    QEVM_OPTION_END,
};

static int
run_list(QevmCli *cli, int argc, char **argv)
{
    g_autoptr(GPtrArray) names = qevm_cli_shipped();
    json_t *json;

    (void)argc;
    (void)argv;
    if (!cli->options.json) {
        for (guint i = 0; i < names->len; i++) {
            qevm_print_format(cli->out, "%s\n",
                              (char *)g_ptr_array_index(names, i));
        }
        return QEVM_EXIT_OK;
    }
    json = json_pack("{s:[]}", "targets");
    for (guint i = 0; i < names->len; i++) {
        json_array_append_new(
            json_object_get(json, "targets"),
            qevm_render_json_text(g_ptr_array_index(names, i)));
    }
    qevm_render_json_print(cli->out, json);
    qevm_print(cli->out, "\n");
    json_decref(json);
    return QEVM_EXIT_OK;
}

static const QevmCommand target_list = {
    .name = "target list",
    .args = "",
    .summary = "list the targets that come with qevm",
    .details =
        "Lists the names that --against takes where it takes a file: a release "
        "of QEMU on an architecture, a line each.",
    .options = list_options,
    .run = run_list,
};

/* ---- the subcommands ---- */

static const QevmCommand *const subcommands[] = { &qevm_command_target_show,
                                                  &target_list, NULL };

const QevmCommand qevm_command_target = {
    .name = "target",
    .args = "SUBCOMMAND ...",
    .summary = "tell what is known of a destination",
    .details = "A target is what is known of a destination, put together from "
               "what --against names.",
    .subcommands = subcommands,
};

/* account.c - --account: what became of each byte, a line each run. */
#include "cli/account.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/transform.h"

static void
set_text(json_t *json, const char *member, const char *text)
{
    if (text) {
        json_object_set_new(json, member, qevm_render_json_text(text));
    }
}

static gboolean
print_entry(const QevmAccountEntry *e, gpointer user, GError **error)
{
    QevmPrint *out = user;
    json_t *json = json_object();

    (void)error;
    json_object_set_new(json, "offset", json_integer((json_int_t)e->offset));
    json_object_set_new(json, "size", json_integer((json_int_t)e->size));
    json_object_set_new(json, "fate", json_string(qevm_fate_name(e->fate)));
    set_text(json, e->leaves ? "path" : "part", e->path);
    set_text(json, "to", e->last);
    if (e->fate != QEVM_FATE_COPIED) {
        json_object_set_new(json, "class",
                            json_string(qevm_loss_name(e->loss)));
    }
    set_text(json, "value", e->value);
    qevm_render_json_print(out, json);
    qevm_print(out, "\n");
    json_decref(json);
    return TRUE;
}

int
qevm_account_write(QevmCli *cli, const char *file, QevmEdit *edit)
{
    const char *path = cli->options.account;
    g_autoptr(GPtrArray) inputs = qevm_transform_inputs(&cli->options);
    g_autoptr(QevmStream) source = qevm_cli_open(cli, file, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmOutput) output = NULL;
    g_autoptr(QevmPrint) out = NULL;
    int number = 0;
    gboolean ok;

    if (!source) {
        return QEVM_EXIT_INPUT;
    }
    g_ptr_array_add(inputs, g_strdup(file));
    g_ptr_array_add(inputs, g_strdup(cli->options.output));
    g_ptr_array_add(inputs, NULL);
    output = qevm_output_open(
        path, (const char *const *)(gpointer)inputs->pdata, &error);
    if (!output) {
        return qevm_cli_fail_output(cli, NULL, error);
    }
    out = qevm_print_new(qevm_output_fd(output), FALSE);
    ok = qevm_account(source, edit, print_entry, out, &error);
    if (ok && !qevm_print_flush(out, &number)) {
        ok = qevm_error_errno(&error, number, "cannot write");
    }
    ok = ok && qevm_output_commit(output, !cli->options.no_sync, &error);
    return ok ? QEVM_EXIT_OK
              : qevm_cli_fail(cli, path, error, QEVM_EXIT_SYSTEM);
}

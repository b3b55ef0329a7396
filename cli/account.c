/* account.c - --account: what became of each byte, a line each run. */
#include "cli/account.h"
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

QevmOutput *
qevm_account_write(QevmCli *cli, const char *file, QevmEdit *edit, int *code)
{
    const char *path = cli->options.account;
    g_autoptr(GPtrArray) inputs = qevm_transform_inputs(&cli->options, file);
    g_autoptr(QevmStream) source = qevm_cli_open(cli, file, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmOutput) output = NULL;
    g_autoptr(QevmPrint) out = NULL;
    int number = 0;
    gboolean ok;

    *code = QEVM_EXIT_INPUT;
    if (!source) {
        return NULL;
    }
    g_ptr_array_add(inputs, NULL);
    output = qevm_output_open(
        path, (const char *const *)(gpointer)inputs->pdata, &error);
    if (!output) {
        *code = qevm_cli_fail_output(cli, NULL, error);
        return NULL;
    }
    out = qevm_print_new(qevm_output_fd(output), FALSE);
    ok = qevm_account(source, edit, print_entry, out, &error);
    if (ok && !qevm_print_flush(out, &number)) {
        ok = qevm_error_errno(&error, number, "cannot write");
    }
    if (!ok) {
        *code = qevm_cli_fail(cli, path, error, QEVM_EXIT_SYSTEM);
        return NULL;
    }
    return g_steal_pointer(&output);
}

int
qevm_account_commit(QevmCli *cli, QevmOutput *output)
{
    g_autoptr(GError) error = NULL;

    return qevm_output_commit(output, !cli->options.no_sync, &error)
               ? QEVM_EXIT_OK
               : qevm_cli_fail(cli, cli->options.account, error,
                               QEVM_EXIT_SYSTEM);
}

/* run.c - a loaded guest that goes on for a while. */
#include "cli/qemu/run.h"

#include "cli/qemu/error.h"

#include <string.h>
#include <sys/socket.h>

void
qevm_run_free(QevmRun *run)
{
    if (run) {
        g_free(run->status);
        g_free(run->ended);
        g_ptr_array_unref(run->events);
        g_string_free(run->serial, TRUE);
        g_free(run);
    }
}

static void
note_event(QevmRun *run, const json_t *event)
{
    static const char *const trouble[] = {
        "RESET",    "SHUTDOWN",       "GUEST_PANICKED", "GUEST_CRASHLOADED",
        "WATCHDOG", "BLOCK_IO_ERROR", "MEMORY_FAILURE", "STOP"
    };
    const char *name = json_string_value(json_object_get(event, "event"));

    for (guint i = 0; name && i < G_N_ELEMENTS(trouble); i++) {
        if (strcmp(name, trouble[i]) == 0) {
            g_ptr_array_add(run->events, g_strdup(name));
        }
    }
}

/* What is there on the serial port by now. */
static void
drain(QevmRun *run, int serial)
{
    char buffer[16 * 1024];
    gssize got;

    while (serial >= 0 &&
           (got = recv(serial, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
        g_string_append_len(run->serial, buffer, got);
        if (run->serial->len > 2 * QEVM_SERIAL_MAX) {
            g_string_erase(run->serial, 0,
                           (gssize)(run->serial->len - QEVM_SERIAL_MAX));
        }
    }
}

static gboolean
query_status(QevmQemu *qemu, QevmRun *run, GError **error)
{
    json_t *answer = qevm_qmp_command(qemu->qmp, "query-status", NULL, error);
    const char *status = json_string_value(json_object_get(answer, "status"));

    run->status = g_strdup(status);
    run->runs = json_is_true(json_object_get(answer, "running"));
    json_decref(answer);
    return run->status != NULL;
}

static gboolean
run_until(QevmQemu *qemu, QevmRun *run, gint64 until, int serial,
          GError **error)
{
    while (g_get_monotonic_time() < until) {
        GError *problem = NULL;
        json_t *event = qevm_qmp_event(qemu->qmp, 20, &problem);

        note_event(run, event);
        json_decref(event);
        drain(run, serial);
        if (problem) {
            g_propagate_error(error, problem);
            return FALSE;
        }
    }
    return query_status(qemu, run, error);
}

QevmRun *
qevm_qemu_run(QevmQemu *qemu, double seconds, int serial, GError **error)
{
    g_autoptr(QevmRun) run = g_new0(QevmRun, 1);
    gint64 start = g_get_monotonic_time();
    gint64 until = start + (gint64)(seconds * G_USEC_PER_SEC);
    GError *problem = NULL;
    int status;

    run->events = g_ptr_array_new_with_free_func(g_free);
    run->serial = g_string_new(NULL);
    if (!qevm_qmp_do(qemu->qmp, "cont", NULL, -1, &problem) ||
        !run_until(qemu, run, until, serial, &problem)) {
        if (!g_error_matches(problem, QEVM_QEMU_ERROR, QEVM_QEMU_ERROR_ENDED)) {
            g_propagate_error(error, problem);
            return NULL;
        }
        g_clear_error(&problem);
        if (!qevm_qemu_wait(qemu, &status, error)) {
            return NULL;
        }
        run->ended = qevm_qemu_status_text(status);
    }
    run->seconds =
        (double)(g_get_monotonic_time() - start) / (double)G_USEC_PER_SEC;
    drain(run, serial);
    return g_steal_pointer(&run);
}

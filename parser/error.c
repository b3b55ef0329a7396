#include "parser/error.h"

G_DEFINE_QUARK(qevm_error_quark, qevm_error)

gboolean
qevm_error_errno(GError **error, int number, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(number),
                "%s: %s", text, g_strerror(number));
    return FALSE;
}

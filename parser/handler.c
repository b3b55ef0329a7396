/* handler.c - the table of payload handlers. */
#include "parser/walk.h"

#include <string.h>

static const QevmHandler *const handlers[] = {
    &qevm_handler_ram,      &qevm_handler_block,    &qevm_handler_dirty_bitmap,
    &qevm_handler_htab,     &qevm_handler_stattrib, &qevm_handler_skeys,
    &qevm_handler_todclock,
};

const QevmHandler *
qevm_handler_find(const char *idstr)
{
    for (guint i = 0; i < G_N_ELEMENTS(handlers); i++) {
        const QevmHandler *h = handlers[i];

        if (h->suffix ? g_str_has_suffix(idstr, h->idstr)
                      : strcmp(idstr, h->idstr) == 0) {
            return h;
        }
    }
    return NULL;
}

/* schemas.h - where the descriptions are that come with qevm. */
#ifndef QEVM_CLI_SCHEMAS_H
#define QEVM_CLI_SCHEMAS_H

#include <glib.h>

/* The folder `part` of the schemas: below $QEVM_SCHEMAS if that is set, else
 * beside where the program was installed; of a program in its build directory,
 * in its sources. It need not exist. Owned by the caller. */
char *qevm_schemas_folder(const char *part);

#endif

/* show.h - a whole stream as text. */
#ifndef QEVM_CLI_SHOW_H
#define QEVM_CLI_SHOW_H

#include "cli/command.h"
#include "cli/render.h"

/* Every record but the header; of a section that cannot be read it says why.
 * Gives a QevmExit. */
int qevm_show_text(QevmCli *cli, const char *file, QevmStream *stream,
                   const QevmTextRender *render);

#endif

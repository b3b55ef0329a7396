/* cmd-strip.c - qevm strip: a small copy, without the pages of RAM. */
#include "cli/transform.h"

static const QevmOption options[] = {
    QEVM_OPTION_OUTPUT, QEVM_OPTION_NO_SYNC,  QEVM_OPTION_OFFSET,
    QEVM_OPTION_BARE,   QEVM_OPTION_COMPRESS, QEVM_OPTION_END,
};

static int
run(QevmCli *cli, int argc, char **argv)
{
    const QevmTransform transform = { .file = argv[0], .drop_all_pages = TRUE };

    (void)argc;
    return qevm_transform_run(cli, &transform);
}

const QevmCommand qevm_command_strip = {
    .name = "strip",
    .args = "FILE",
    .summary = "write a small copy without RAM pages",
    .details =
        "Writes the stream to OUT without the contents of RAM, for a bug "
        "report: all devices, the list of RAM blocks and the description "
        "stay. Device state can hold data of the guest, too.",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};

/* Unit tests of rewrite/plan-head.c: configuration, footers, commands. */
#include "tests/unit/planning.h"

#define REST "block=pc.ram:1000 [dev,1,dev a=uint32:00000001 ]"
#define OLD "machine=pc-1.0 "
#define NEW "machine=pc-2.0 "
#define SHARED OLD "capability=x-ignore-shared " REST

/* clang-format off */
static const struct plan_row rows[] = {
    { "machine/same",
      .stream = OLD REST,
      .like = OLD REST,
      .plan = "" },
    { "machine/other",
      .stream = OLD REST,
      .like = NEW REST,
      .plan =
        "{'op':'set','at':'configuration//name','value':'pc-2.0','why':'the destination's machine type','class':'stated'}\n" },
    /* QEMU compares as many bytes as the stream has */
    { "machine/beginning",
      .stream = "machine=pc-2 " REST,
      .like = NEW REST,
      .plan = "" },
    { "machine/longer",
      .stream = NEW REST,
      .like = "machine=pc-2 " REST,
      .plan =
        "{'op':'set','at':'configuration//name','value':'pc-2','why':'the destination's machine type','class':'stated'}\n" },
    { "machine/none-here",
      .stream = REST,
      .like = NEW REST,
      .plan =
        "{'op':'add-section','to':'configuration','fields':[{'name':'name','value':'pc-2.0'}],'why':'the destination wants a configuration','class':'lossless'}\n" },
    { "machine/none-there",
      .stream = OLD REST,
      .like = REST,
      .plan =
        "{'op':'drop-section','at':'configuration','if-equals':{'hex':'0000000670632d312e30'},'why':'the destination takes no configuration','class':'default'}\n" },
    { "machine/none",
      .stream = REST,
      .like = REST,
      .plan = "" },
    { "page-size/smaller",
      .stream = OLD "page-bits=0000000c " REST,
      .like = OLD "page-bits=0000000a " REST,
      .plan =
        "{'op':'regroup-ram-pages','size':1024,'why':'the destination's pages have this size','class':'lossless'}\n" },
    { "page-size/same",
      .stream = OLD "page-bits=0000000c " REST,
      .like = OLD "page-bits=0000000c " REST,
      .plan = "" },
    { "uuid/other",
      .stream = OLD "uuid=11*16 " REST,
      .like = OLD "uuid=22*16 " REST,
      .plan =
        "{'op':'strip-subsection','at':'configuration//{configuration/uuid}','if-equals':{'hex':'11111111111111111111111111111111'},'why':'it only says which machine it was','class':'default'}\n" },
    { "uuid/same",
      .stream = OLD "uuid=11*16 " REST,
      .like = OLD "uuid=11*16 " REST,
      .plan = "" },
    { "uuid/none-there",
      .stream = OLD "uuid=11*16 " REST,
      .like = OLD REST,
      .plan =
        "{'op':'strip-subsection','at':'configuration//{configuration/uuid}','if-equals':{'hex':'11111111111111111111111111111111'},'why':'it only says which machine it was','class':'default'}\n" },
    { "uuid/none-here",
      .stream = OLD REST,
      .like = OLD "uuid=11*16 " REST,
      .plan = "" },
    /* no page is in the stream, so that the block may have been shared */
    { "shared/off-there",
      .stream = SHARED,
      .like = OLD REST,
      .plan =
        "{'op':'strip-subsection','at':'configuration//{configuration/capabilities}','why':'x-ignore-shared is off at the destination; what was in shared blocks is not in the stream','class':'lossy'}\n" },
    { "shared/on-there",
      .stream = SHARED,
      .like = SHARED,
      .plan = "" },
    { "mapped-ram/off-there",
      .stream = OLD "capability=mapped-ram [dev,1,dev a=uint32:00000001 ]",
      .like = OLD "[dev,1,dev a=uint32:00000001 ]",
      .plan =
        "! configuration: the capability mapped-ram is on at one side only, and RAM is laid out otherwise with it; turn mapped-ram on at the destination\n" },
    { "mapped-ram/on-there",
      .stream = OLD "[dev,1,dev a=uint32:00000001 ]",
      .like = OLD "capability=mapped-ram [dev,1,dev a=uint32:00000001 ]",
      .plan =
        "! configuration: the capability mapped-ram is on at one side only, and RAM is laid out otherwise with it; turn mapped-ram off at the destination\n" },
    { "footers/wanted",
      .stream = OLD "no-footers " REST,
      .like = OLD REST,
      .plan =
        "{'op':'set-footers','value':true,'why':'the destination wants them','class':'lossless'}\n" },
    { "footers/unwanted",
      .stream = OLD REST,
      .like = OLD "no-footers " REST,
      .plan =
        "{'op':'set-footers','value':false,'why':'the destination takes none','class':'lossless'}\n" },
    { "command/return-path",
      .stream = OLD "command=00010000 command=0002000400000001 " REST,
      .like = OLD REST,
      .plan =
        "{'op':'drop-command','at':'OPEN_RETURN_PATH','why':'nobody is there to answer','class':'lossless'}\n"
        "{'op':'drop-command','at':'PING','why':'nobody is there to answer','class':'lossless'}\n" },
    { "command/ping-twice",
      .stream = OLD "command=0002000400000001 command=0002000400000002 " REST,
      .like = OLD REST,
      .plan =
        "{'op':'drop-command','at':'PING','why':'nobody is there to answer','class':'lossless'}\n" },
    { "command/switchover-unknown",
      .stream = OLD "command=000b0000 " REST,
      .like = OLD REST,
      .release = 702,
      .plan =
        "{'op':'drop-command','at':'SWITCHOVER_START','why':'the destination does not know it, and needs no such sign','class':'lossless'}\n" },
    { "command/switchover-known",
      .stream = OLD "command=000b0000 " REST,
      .like = OLD REST,
      .release = 1000,
      .plan = "" },
    { "all",
      .stream = "no-footers [dev,1,dev a=uint32:00000001 ]",
      .like = NEW "uuid=11*16 [dev,1,dev a=uint32:00000002 ]",
      .plan =
        "{'op':'add-section','to':'configuration','fields':[{'name':'name','value':'pc-2.0'}],'why':'the destination wants a configuration','class':'lossless'}\n"
        "{'op':'set-footers','value':true,'why':'the destination wants them','class':'lossless'}\n" },
};
/* clang-format on */

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_plan_rows("/plan-head/", rows, G_N_ELEMENTS(rows));
    return g_test_run();
}

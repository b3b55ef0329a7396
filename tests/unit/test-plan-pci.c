/* Unit tests of rewrite/plan-pci.c: PCI config space by meaning. */
#include "tests/unit/planning.h"

/* Config space: ids, command, status, revision, BAR 0, where the capabilities
 * begin, and what is at 0x40. */
#define CONFIG(ids, command, status, revision, bar, capability, at_0x40)       \
    ids command status revision "02~00*2~00*4~" bar                            \
                                "00*20~00*8~00*4~" capability                  \
                                "00*7~0b01~00*2~" at_0x40 "~00*184"
#define DEV(config)                                                            \
    "machine=pc-1.0 [0000:00:03.0/dev,1,dev parent_obj=PCIDevice{ "            \
    "version_id=int32~le:00000002 config=pci~config:" config " } "             \
    "a=uint32:00000001 ]"
#define IDS "86800e10"
#define NO_CAPABILITY "00*8"
#define MSI "0500~0000~00*4"
#define POWER "0100~0300~00*4"

/* clang-format off */
static const struct plan_row rows[] = {
    { "same",
      .stream = DEV(CONFIG(IDS, "0700", "0000", "03", "0000fefe", "00", NO_CAPABILITY)),
      .like = DEV(CONFIG(IDS, "0700", "0000", "03", "0000fefe", "00", NO_CAPABILITY)),
      .plan = "" },
    /* what a guest writes to is its own */
    { "own",
      .stream = DEV(CONFIG(IDS, "0704", "0000", "03", "0000fefe", "00", NO_CAPABILITY)),
      .like = DEV(CONFIG(IDS, "0000", "0000", "03", "00000000", "00", NO_CAPABILITY)),
      .plan = "" },
    { "revision/no-driver",
      .stream = DEV(CONFIG(IDS, "0300", "0000", "03", "0000fefe", "00", NO_CAPABILITY)),
      .like = DEV(CONFIG(IDS, "0000", "0000", "04", "00000000", "00", NO_CAPABILITY)),
      .plan =
        "{'op':'set-bytes','at':'0000:00:03.0/dev//parent_obj/config','index':8,'mask':{'hex':'07'},'value':{'hex':'04'},'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
    { "revision/driver",
      .stream = DEV(CONFIG(IDS, "0700", "0000", "03", "0000fefe", "00", NO_CAPABILITY)),
      .like = DEV(CONFIG(IDS, "0000", "0000", "04", "00000000", "00", NO_CAPABILITY)),
      .plan =
        "{'op':'set-bytes','at':'0000:00:03.0/dev//parent_obj/config','index':8,'mask':{'hex':'07'},'value':{'hex':'04'},'why':'what the destination's device has there, and no guest can write to','class':'visible'}\n" },
    { "revision/firmware-only",
      .stream = DEV(CONFIG(IDS, "0700", "0000", "03", "0000fefe", "00", NO_CAPABILITY)),
      .like = DEV(CONFIG(IDS, "0000", "0000", "04", "00000000", "00", NO_CAPABILITY)),
      .base = DEV(CONFIG(IDS, "0700", "0000", "03", "0000fefe", "00", NO_CAPABILITY)),
      .plan =
        "{'op':'set-bytes','at':'0000:00:03.0/dev//parent_obj/config','index':8,'mask':{'hex':'07'},'value':{'hex':'04'},'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
    { "ids",
      .stream = DEV(CONFIG(IDS, "0000", "0000", "03", "00000000", "00", NO_CAPABILITY)),
      .like = DEV(CONFIG("f41a0010", "0000", "0000", "03", "00000000", "00", NO_CAPABILITY)),
      .plan =
        "{'op':'set-bytes','at':'0000:00:03.0/dev//parent_obj/config','index':0,'mask':{'hex':'729a0e'},'value':{'hex':'701a00'},'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
    { "capability/no-driver",
      .stream = DEV(CONFIG(IDS, "0000", "0000", "03", "00000000", "00", NO_CAPABILITY)),
      .like = DEV(CONFIG(IDS, "0000", "1000", "03", "00000000", "40", MSI)),
      .plan =
        "{'op':'set-bytes','at':'0000:00:03.0/dev//parent_obj/config','index':6,'mask':{'hex':'1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000040000000000000000000000005'},'value':{'hex':'1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000040000000000000000000000005'},'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
    { "capability/driver",
      .stream = DEV(CONFIG(IDS, "0700", "0000", "03", "00000000", "00", NO_CAPABILITY)),
      .like = DEV(CONFIG(IDS, "0000", "1000", "03", "00000000", "40", MSI)),
      .plan =
        "! 0000:00:03.0/dev: the device has other PCI capabilities at the destination (byte 0x34 of config space), and the guest uses it as it was; give the destination's device the properties that it had: those of the old machine type\n" },
    { "capability/other",
      .stream = DEV(CONFIG(IDS, "0000", "1000", "03", "00000000", "40", POWER)),
      .like = DEV(CONFIG(IDS, "0000", "1000", "03", "00000000", "40", MSI)),
      .plan =
        "{'op':'set-bytes','at':'0000:00:03.0/dev//parent_obj/config','index':64,'mask':{'hex':'040002'},'value':{'hex':'040000'},'why':'what the destination's device has there, and no guest can write to','class':'stated'}\n" },
};
/* clang-format on */

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_plan_rows("/plan-pci/", rows, G_N_ELEMENTS(rows));
    return g_test_run();
}

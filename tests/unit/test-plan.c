/* Unit tests of rewrite/plan.c: which section is which. */
#include "tests/unit/planning.h"

#define HEAD "machine=pc-1.0 "
#define ONE(idstr, a) "[" idstr ",1,dev a=uint32:" a " ] "
#define TWO(idstr, a) "[" idstr ",1,other b=uint8:" a " ] "

/* clang-format off */
static const struct plan_row rows[] = {
    { "instance/same",
      .stream = HEAD ONE("dev@1", "00000001") ONE("dev@2", "00000002"),
      .like = HEAD ONE("dev@1", "00000000") ONE("dev@2", "00000000"),
      .plan = "" },
    { "instance/one",
      .stream = HEAD ONE("dev", "00000001"),
      .like = HEAD ONE("dev@7", "00000000"),
      .plan =
        "{'op':'set-instance','at':'dev','instance':7,'why':'the destination counts them otherwise','class':'lossless'}\n" },
    /* counted down from the last one, so that no two are the same on the way */
    { "instance/up",
      .stream = HEAD ONE("dev@0", "00000001") ONE("dev@1", "00000002"),
      .like = HEAD ONE("dev@1", "00000000") ONE("dev@2", "00000000"),
      .plan =
        "{'op':'set-instance','at':'dev@1','instance':2,'why':'the destination counts them otherwise','class':'lossless'}\n"
        "{'op':'set-instance','at':'dev@0','instance':1,'why':'the destination counts them otherwise','class':'lossless'}\n" },
    { "instance/down",
      .stream = HEAD ONE("dev@1", "00000001") ONE("dev@2", "00000002"),
      .like = HEAD ONE("dev@0", "00000000") ONE("dev@1", "00000000"),
      .plan =
        "{'op':'set-instance','at':'dev@1','instance':0,'why':'the destination counts them otherwise','class':'lossless'}\n"
        "{'op':'set-instance','at':'dev@2','instance':1,'why':'the destination counts them otherwise','class':'lossless'}\n" },
    { "instance/fewer",
      .stream = HEAD ONE("dev@1", "00000001") ONE("dev@2", "00000002"),
      .like = HEAD ONE("dev@1", "00000000"),
      .plan =
        "{'op':'drop-section','at':'dev@2','why':'the destination has no such section','class':'lossy'}\n" },
    { "instance/fewer-untouched",
      .stream = HEAD ONE("dev@1", "00000001") ONE("dev@2", "00000002"),
      .like = HEAD ONE("dev@1", "00000000"),
      .base = HEAD ONE("dev@1", "00000000") ONE("dev@2", "00000002"),
      .plan =
        "{'op':'drop-section','at':'dev@2','if-equals':{'hex':'00000002'},'why':'the destination has no such device, and the guest never used it','class':'default'}\n" },
    { "name/bus-added",
      .stream = HEAD ONE("1/usb-ptr", "00000001"),
      .like = HEAD ONE("0000:00:02.0/1/usb-ptr", "00000000"),
      .plan =
        "{'op':'rename-section','at':'1/usb-ptr','to':'0000:00:02.0/1/usb-ptr','why':'what the destination calls it','class':'lossless'}\n" },
    { "name/bus-taken",
      .stream = HEAD ONE("0000:00:02.0/1/usb-ptr", "00000001"),
      .like = HEAD ONE("1/usb-ptr", "00000000"),
      .plan =
        "{'op':'rename-section','at':'0000:00:02.0/1/usb-ptr','to':'1/usb-ptr','why':'what the destination calls it','class':'lossless'}\n" },
    { "name/root-bus",
      .stream = HEAD ONE("0000:01.3/piix4_pm", "00000001"),
      .like = HEAD ONE("0000:00:01.3/piix4_pm", "00000000"),
      .plan =
        "{'op':'rename-section','at':'0000:01.3/piix4_pm','to':'0000:00:01.3/piix4_pm','why':'what the destination calls it','class':'lossless'}\n" },
    { "name/other-vmsd",
      .stream = HEAD ONE("1/usb-ptr", "00000001"),
      .like = HEAD TWO("0000:00:02.0/1/usb-ptr", "00"),
      .plan =
        "{'op':'drop-section','at':'1/usb-ptr','why':'the destination has no such section','class':'lossy'}\n" },
    { "name/with-instance",
      .stream = HEAD ONE("1/usb-ptr@3", "00000001"),
      .like = HEAD ONE("0000:00:02.0/1/usb-ptr", "00000000"),
      .plan =
        "{'op':'rename-section','at':'1/usb-ptr','to':'0000:00:02.0/1/usb-ptr','why':'what the destination calls it','class':'lossless'}\n"
        "{'op':'set-instance','at':'0000:00:02.0/1/usb-ptr','instance':0,'why':'the destination counts them otherwise','class':'lossless'}\n" },
    /* the guest knows where it is */
    { "moved",
      .stream = HEAD ONE("0000:00:03.0/dev", "00000001"),
      .like = HEAD ONE("0000:00:05.0/dev", "00000000"),
      .plan =
        "! 0000:00:03.0/dev: the destination has this device elsewhere, as 0000:00:05.0/dev, and the guest knows it where it was; give the destination's device the address (addr=, bus=) that it has in the stream\n" },
    /* that one is another, which the stream has, too */
    { "gone/twin-stays",
      .stream = HEAD ONE("0000:00:03.0/dev", "00000001") ONE("0000:00:05.0/dev", "00000002"),
      .like = HEAD ONE("0000:00:05.0/dev", "00000000"),
      .plan =
        "{'op':'drop-section','at':'0000:00:03.0/dev','why':'the destination has no such section','class':'lossy'}\n" },
    { "gone/no-base",
      .stream = HEAD ONE("dev", "00000001") TWO("other", "01"),
      .like = HEAD ONE("dev", "00000000"),
      .plan =
        "{'op':'drop-section','at':'other','why':'the destination has no such section','class':'lossy'}\n" },
    { "gone/untouched",
      .stream = HEAD ONE("dev", "00000001") TWO("other", "01"),
      .like = HEAD ONE("dev", "00000000"),
      .base = HEAD ONE("dev", "00000000") TWO("other", "01"),
      .plan =
        "{'op':'drop-section','at':'other','if-equals':{'hex':'01'},'why':'the destination has no such device, and the guest never used it','class':'default'}\n" },
    { "gone/used",
      .stream = HEAD ONE("dev", "00000001") TWO("other", "01"),
      .like = HEAD ONE("dev", "00000000"),
      .base = HEAD ONE("dev", "00000000") TWO("other", "02"),
      .plan =
        "{'op':'drop-section','at':'other','why':'the destination has no such section','class':'lossy'}\n" },
    { "gone/pci",
      .stream = HEAD ONE("dev", "00000001") TWO("0000:00:04.0/other", "01"),
      .like = HEAD ONE("dev", "00000000"),
      .plan =
        "{'op':'drop-section','at':'0000:00:04.0/other','why':'the destination has no such section','class':'lossy'}\n" },
    /* what the destination alone has stays as it is there */
    { "new",
      .stream = HEAD ONE("dev", "00000001"),
      .like = HEAD ONE("dev", "00000000") TWO("other", "01"),
      .plan = "" },
    { "quoted-name",
      .stream = HEAD ONE("a//b#c", "00000001"),
      .like = HEAD ONE("a//b#c@5", "00000000"),
      .plan =
        "{'op':'set-instance','at':'\\'a//b#c\\'','instance':5,'why':'the destination counts them otherwise','class':'lossless'}\n" },
};
/* clang-format on */

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_plan_rows("/plan/", rows, G_N_ELEMENTS(rows));
    return g_test_run();
}

package tns.op;

import tns.tensor.Device;

/** What programs ask of devices: to wait for them, and to replay a step. */
final class DeviceOps {
    /** The ops as the language has them. */
    static final Family FAMILY = new Family("devices");

    static {
        FAMILY.define("synchronize(device: device = none)")
                .doc("Waits until a device has computed everything asked of it so far; for measuring.")
                .example("synchronize(cpu)", "none")
                .is(args -> {
                    Device asked = args.deviceOrNull("device");
                    (asked == null ? args.context().device() : asked).synchronize();
                    return None.NONE;
                });
        FAMILY.define("compile(f: function, device: device = none)")
                .doc("f, whose work on cuda is recorded once per kind of arguments and then replayed in one launch."
                        + " What changes from call to call must be an argument, a parameter, a setting of an"
                        + " optimizer or a random number. What a replay would leave out keeps f from being recorded:"
                        + " reading a number, as by print or if, appending to a list from outside, setting a"
                        + " variable, a field or the mode of a model from outside; f then runs as usual, and"
                        + " compile(f).reason says why. A replay writes parameters where they"
                        + " lie: clone() what must not change with them.")
                .example("compile(x -> x * 2)([1., 2.])", "tensor([2., 4.])")
                .gradient("compile(x -> x * x)(x)", "x: [3]")
                .is(args -> new CompiledStep(args.function("f"), args.deviceOrNull("device")));
    }

    private DeviceOps() {}
}

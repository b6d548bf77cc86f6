package tns.optim;

import java.util.Arrays;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Callable;
import tns.op.Family;
import tns.op.Tuple;
import tns.tensor.Tensor;

/** The schedulers of the language: PyTorch's, by its recurrences, so that the rates are its own to the last bit or so. */
final class Schedulers {
    private static final String MADE = "opt = sgd((param([1.]),), lr=0.1); ";

    private Schedulers() {}

    static void define(Family family) {
        family.define("step_lr(optimizer: any, step_size: int, gamma: float = 0.1)")
                .doc("Multiplies the learning rate by gamma every step_size epochs. Call step() after each epoch.")
                .example(MADE + "s = step_lr(opt, 2, gamma=0.5); s.step(); s.step(); opt.lr", "0.05")
                .is(args -> {
                    int size = positive(args, "step_size");
                    double gamma = args.real("gamma");
                    return byEpoch(
                            args, (epoch, now, base, group) -> epoch == 0 || epoch % size != 0 ? now : now * gamma);
                });
        family.define("multi_step_lr(optimizer: any, milestones: ints, gamma: float = 0.1)")
                .doc("Multiplies the learning rate by gamma at each of the milestones, which are epochs.")
                .example(MADE + "s = multi_step_lr(opt, (1, 3), gamma=0.5); s.step(); opt.lr", "0.05")
                .is(args -> {
                    int[] milestones = args.ints("milestones");
                    double gamma = args.real("gamma");
                    return byEpoch(args, (epoch, now, base, group) -> {
                        long hits = Arrays.stream(milestones)
                                .filter(m -> m == epoch)
                                .count();
                        return hits == 0 ? now : now * Math.pow(gamma, (double) hits);
                    });
                });
        family.define("exponential_lr(optimizer: any, gamma: float)")
                .doc("Multiplies the learning rate by gamma every epoch.")
                .example(MADE + "s = exponential_lr(opt, 0.5); s.step(); opt.lr", "0.05")
                .is(args -> {
                    double gamma = args.real("gamma");
                    return byEpoch(args, (epoch, now, base, group) -> epoch == 0 ? now : now * gamma);
                });
        family.define("constant_lr(optimizer: any, factor: float = 0.3333333333333333, total_iters: int = 5)")
                .doc("The learning rate times factor for the first total_iters epochs.")
                .example(MADE + "s = constant_lr(opt, 0.5, total_iters=1); opt.lr", "0.05")
                .is(args -> {
                    double factor = args.real("factor");
                    int total = args.integer("total_iters");
                    return byEpoch(
                            args,
                            (epoch, now, base, group) ->
                                    epoch == 0 ? now * factor : epoch == total ? now * (1 / factor) : now);
                });
        family.define("linear_lr(optimizer: any, start_factor: float = 0.3333333333333333, end_factor: float = 1.0,"
                        + " total_iters: int = 5)")
                .doc("A warm-up: the learning rate times a factor that goes evenly from start_factor to end_factor in"
                        + " total_iters epochs.")
                .example(MADE + "s = linear_lr(opt, start_factor=0.5); opt.lr", "0.05")
                .is(Schedulers::linear);
        family.define("polynomial_lr(optimizer: any, total_iters: int = 5, power: float = 1.0)")
                .doc("Lets the learning rate fall to 0 in total_iters epochs, as (1 - epoch / total_iters) ** power.")
                .example(MADE + "s = polynomial_lr(opt, total_iters=2); s.step(); opt.lr", "0.05")
                .is(args -> {
                    int total = args.integer("total_iters");
                    double power = args.real("power");
                    return byEpoch(args, (epoch, now, base, group) -> {
                        if (epoch == 0 || epoch > total) {
                            return now;
                        }
                        double part = (1 - epoch / total) / (1 - (epoch - 1) / total);
                        return now * Math.pow(part, power);
                    });
                });
        family.define("lambda_lr(optimizer: any, lr_lambda: any)")
                .doc("The initial learning rate times lr_lambda(epoch); a tuple gives each group its own function.")
                .example(MADE + "s = lambda_lr(opt, epoch -> 0.5 ** epoch); s.step(); opt.lr", "0.05")
                .is(args -> byEpoch(args, (epoch, now, base, group) -> base * called(args, epoch, group)));
        family.define("multiplicative_lr(optimizer: any, lr_lambda: any)")
                .doc("Multiplies the learning rate by lr_lambda(epoch) every epoch.")
                .example(MADE + "s = multiplicative_lr(opt, epoch -> 0.5); s.step(); opt.lr", "0.05")
                .is(args -> byEpoch(
                        args, (epoch, now, base, group) -> epoch == 0 ? now : now * called(args, epoch, group)));
        family.define("cosine_annealing_lr(optimizer: any, T_max: int, eta_min: float = 0.0)")
                .doc("Lets the learning rate fall to eta_min along half a cosine in T_max epochs, then rise again.")
                .example(MADE + "s = cosine_annealing_lr(opt, 2); s.step(); opt.lr", "0.05")
                .is(Schedulers::cosine);
        family.define("cosine_annealing_warm_restarts(optimizer: any, T_0: int, T_mult: int = 1, eta_min: float = 0.0)")
                .doc("Lets the learning rate fall to eta_min along half a cosine in T_0 epochs and start again, each"
                        + " time T_mult times as long. step(epoch) goes to any epoch, also a fraction.")
                .example(MADE + "s = cosine_annealing_warm_restarts(opt, 2); s.step(); opt.lr", "0.05")
                .is(Schedulers::restarts);
        family.define("one_cycle_lr(optimizer: any, max_lr: any, total_steps: int = none, epochs: int = none,"
                        + " steps_per_epoch: int = none, pct_start: float = 0.3, anneal_strategy: string = 'cos',"
                        + " cycle_momentum: bool = true, base_momentum: float = 0.85, max_momentum: float = 0.95,"
                        + " div_factor: float = 25.0, final_div_factor: float = 10000.0, three_phase: bool = false)")
                .doc("One cycle (Smith and Topin, 2018): the learning rate rises to max_lr and falls far below its"
                        + " start, the momentum the other way round. Call step() after each batch.")
                .example(
                        "opt = adam((param([1.]),)); s = one_cycle_lr(opt, max_lr=1, total_steps=9, div_factor=4);"
                                + " opt.lr",
                        "0.25")
                .is(args -> byEpoch(args, new OneCycle(args)));
        family.define("cyclic_lr(optimizer: any, base_lr: any, max_lr: any, step_size_up: int = 2000,"
                        + " step_size_down: int = none, mode: string = 'triangular', gamma: float = 1.0,"
                        + " scale_fn: any = none, scale_mode: string = 'cycle', cycle_momentum: bool = true,"
                        + " base_momentum: any = 0.8, max_momentum: any = 0.9)")
                .doc("Cycles (Smith, 2017): the learning rate rises from base_lr to max_lr in step_size_up batches and"
                        + " falls again, the momentum the other way round. mode \"triangular2\" halves the height of"
                        + " each cycle, \"exp_range\" multiplies it by gamma at each batch, and scale_fn is a height of"
                        + " one's own. Call step() after each batch.")
                .example(
                        "opt = sgd((param([1.]),), momentum=0.9); s = cyclic_lr(opt, 0.1, 0.3, step_size_up=2);"
                                + " s.step(); opt.lr",
                        "0.2")
                .is(args -> byEpoch(args, new Cycle(args)));
        family.define("swa_lr(optimizer: any, swa_lr: any, anneal_epochs: int = 10, anneal_strategy: string = 'cos')")
                .doc("Brings the learning rate to swa_lr in anneal_epochs epochs, along half a cosine or with"
                        + " \"linear\" evenly, and leaves it there: for the epochs whose weights averaged_model"
                        + " averages. A tuple gives each group its own.")
                .example(
                        MADE + "s = swa_lr(opt, 0.5, anneal_epochs=2, anneal_strategy=\"linear\"); s.step(); opt.lr",
                        "0.3")
                .is(args -> byEpoch(args, new SwaRate(args)));
        family.define("reduce_lr_on_plateau(optimizer: any, mode: string = 'min', factor: float = 0.1,"
                        + " patience: int = 10, threshold: float = 0.0001, threshold_mode: string = 'rel',"
                        + " cooldown: int = 0, min_lr: float = 0.0, eps: float = 1e-08)")
                .doc("Multiplies the learning rate by factor when the number given to step(loss) has not become better"
                        + " for patience epochs.")
                .example(
                        MADE + "s = reduce_lr_on_plateau(opt, factor=0.5, patience=0); s.step(1.); s.step(1.); opt.lr",
                        "0.05")
                .is(PlateauScheduler::new);
        family.define("sequential_lr(optimizer: any, schedulers: any, milestones: ints)")
                .doc("Schedulers one after the other, each from its milestone on.")
                .example(
                        MADE + "s = sequential_lr(opt, (linear_lr(opt, 0.5, total_iters=2), exponential_lr(opt, 0.9)),"
                                + " (2,)); s.step(); s.step(); opt.lr",
                        "0.1")
                .is(SequentialScheduler::new);
        family.define("chained_scheduler(schedulers: any, optimizer: any = none)")
                .doc("Schedulers that all take each step, one after the other, each on the rate the one before left.")
                .example(
                        MADE + "s = chained_scheduler((constant_lr(opt, 0.5), exponential_lr(opt, 0.5))); s.step();"
                                + " opt.lr",
                        "0.025")
                .is(ChainedScheduler::of);
    }

    private static Scheduler byEpoch(Args args, EpochScheduler.Rule rule) {
        return new EpochScheduler(args.name(), Scheduler.optimizer(args), false, rule);
    }

    private static int positive(Args args, String parameter) {
        int n = args.integer(parameter);
        if (n < 1) {
            throw new TnsException(ErrorKind.VALUE, args.name() + ": " + parameter + " must be at least 1, found " + n);
        }
        return n;
    }

    private static double called(Args args, double epoch, ParamGroup group) {
        Object given = args.get("lr_lambda");
        Object f = given instanceof Tuple t
                        && t.size() == Scheduler.optimizer(args).groups().size()
                ? t.get(Scheduler.optimizer(args).groups().indexOf(group))
                : given;
        if (!(f instanceof Callable function)) {
            throw new TnsException(
                            ErrorKind.VALUE, args.name() + ": lr_lambda must be a function, or one for each group")
                    .help(args.name() + "(opt, epoch -> 0.9 ** epoch)")
                    .argument(1);
        }
        Object factor = function.call(args.context(), (long) epoch);
        Object plain = factor instanceof Tensor t && t.elements() == 1 ? t.item() : factor;
        if (plain instanceof Number n) {
            return n.doubleValue();
        }
        throw new TnsException(ErrorKind.VALUE, args.name() + ": lr_lambda must give a number");
    }

    private static Object linear(Args args) {
        double start = args.real("start_factor");
        double end = args.real("end_factor");
        int total = positive(args, "total_iters");
        if (!(start > 0 && start <= 1 && end >= 0 && end <= 1)) {
            throw new TnsException(
                    ErrorKind.VALUE,
                    "linear_lr: start_factor must lie above 0 and both factors at most at 1, found " + start + " and "
                            + end);
        }
        return byEpoch(args, (epoch, now, base, group) -> {
            if (epoch == 0) {
                return now * start;
            }
            return epoch > total ? now : now * (1 + (end - start) / (total * start + (epoch - 1) * (end - start)));
        });
    }

    private static Object cosine(Args args) {
        int half = positive(args, "T_max");
        double least = args.real("eta_min");
        return byEpoch(args, (epoch, now, base, group) -> {
            if (epoch == 0) {
                return now;
            }
            if ((epoch - 1 - half) % (2 * half) == 0) {
                return now + (base - least) * (1 - Math.cos(Math.PI / half)) / 2;
            }
            return (1 + Math.cos(Math.PI * epoch / half)) / (1 + Math.cos(Math.PI * (epoch - 1) / half)) * (now - least)
                    + least;
        });
    }

    private static Object restarts(Args args) {
        int first = positive(args, "T_0");
        int growth = positive(args, "T_mult");
        double least = args.real("eta_min");
        return new EpochScheduler(args.name(), Scheduler.optimizer(args), true, (epoch, now, base, group) -> {
            double length = first;
            double t = epoch;
            if (growth == 1) {
                t = epoch % first;
            }
            while (t >= length) {
                t -= length;
                length *= growth;
            }
            return least + (base - least) * (1 + Math.cos(Math.PI * t / length)) / 2;
        });
    }
}

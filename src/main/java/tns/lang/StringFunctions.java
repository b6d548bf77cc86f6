package tns.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tns.error.ErrorKind;
import tns.error.TnsException;
import tns.op.Args;
import tns.op.Family;
import tns.op.Op;
import tns.op.OpTable;
import tns.op.Tuple;
import tns.op.TypeName;

/** The functions on strings, under Python's names. */
final class StringFunctions {
    private StringFunctions() {}

    static void define(Family f, OpTable ops) {
        f.define("upper(s: string)")
                .doc("The text in capitals.")
                .example("upper(\"abc\")", "ABC")
                .is(args -> args.text("s").toUpperCase(Locale.ROOT));
        f.define("lower(s: string)")
                .doc("The text in small letters.")
                .example("lower(\"ABC\")", "abc")
                .is(args -> args.text("s").toLowerCase(Locale.ROOT));
        f.define("strip(s: string)")
                .doc("The text without white space at its ends.")
                .example("strip(\"  a b \")", "a b")
                .is(args -> args.text("s").strip());
        f.define("startswith(s: string, start: string)")
                .doc("Whether the text begins with another.")
                .example("startswith(\"train.tns\", \"train\")", "true")
                .is(args -> args.text("s").startsWith(args.text("start")));
        f.define("endswith(s: string, end: string)")
                .doc("Whether the text ends with another.")
                .example("endswith(\"train.tns\", \".tns\")", "true")
                .is(args -> args.text("s").endsWith(args.text("end")));
        f.define("replace(s: string, old: string, new: string)")
                .doc("The text with every occurrence of old as new.")
                .example("replace(\"a-b-c\", \"-\", \"+\")", "a+b+c")
                .is(args -> args.text("s").replace(args.text("old"), args.text("new")));
        f.define("join(x: any, separator: string = '')")
                .doc("The strings of a tuple or list as one, with a separator between them.")
                .example("join((\"a\", \"b\"), \", \")", "a, b")
                .is(StringFunctions::join);
        f.define("ord(character: string)")
                .doc("The number of a character in Unicode.")
                .example("ord(\"a\")", "97")
                .is(StringFunctions::number);
        f.define("chr(n: int)")
                .doc("The character of a number in Unicode.")
                .example("chr(97)", "a")
                .is(args -> {
                    long n = args.longInteger("n");
                    if (n < 0 || n > Character.MAX_CODE_POINT) {
                        throw new TnsException(ErrorKind.VALUE, "chr: " + n + " is not the number of a character")
                                .argument(0);
                    }
                    return Character.toString((int) n);
                });
        split(f, ops);
    }

    private static Object join(Args args) {
        List<String> parts = new ArrayList<>();
        for (Object part : ContainerFunctions.items(args, "x")) {
            if (!(part instanceof String s)) {
                throw new TnsException(ErrorKind.VALUE, "join: needs strings, found " + TypeName.describe(part))
                        .help("str(x) gives the text of a value: join((str(x) for x in xs), \", \")");
            }
            parts.add(s);
        }
        return String.join(args.text("separator"), parts);
    }

    private static Object number(Args args) {
        String s = args.text("character");
        if (s.codePointCount(0, s.length()) != 1) {
            throw new TnsException(
                            ErrorKind.VALUE,
                            "ord: needs one character, found " + TypeName.describe(args.get("character")))
                    .argument(0);
        }
        return (long) s.codePointAt(0);
    }

    /** Of a tensor the op of that name, of a string its pieces. */
    private static void split(Family f, OpTable ops) {
        Op tensor = ops.get("split");
        Op.Definition definition = f.define("split(x: any, sizes: any = none, dim: any = none)")
                .doc(tensor.doc() + " Of a string the pieces between a separator, or the words.")
                .example("split(\"a,b\", \",\")", "(\"a\", \"b\")");
        tensor.examples().forEach(e -> definition.example(e.call(), e.result()));
        tensor.gradientCases()
                .forEach(g -> definition.gradient(g.call(), g.inputs().toArray(new String[0])));
        definition.is(args -> {
            if (!(args.get("x") instanceof String s)) {
                Object[] given = args.has("sizes")
                        ? new Object[] {args.get("x"), args.get("sizes")}
                        : new Object[] {args.get("x")};
                return tensor.call(args.context(), given, args.has("dim") ? Map.of("dim", args.get("dim")) : Map.of());
            }
            if (!args.has("sizes")) {
                return s.isBlank() ? Tuple.EMPTY : Tuple.of((Object[]) s.strip().split("\\s+"));
            }
            if (!(args.get("sizes") instanceof String separator) || separator.isEmpty()) {
                throw new TnsException(ErrorKind.VALUE, "split: the separator of a string must be a string")
                        .argument(1);
            }
            return Tuple.of((Object[]) s.split(java.util.regex.Pattern.quote(separator), -1));
        });
    }
}

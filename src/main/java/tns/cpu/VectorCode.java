package tns.cpu;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.function.Consumer;

/** What byte code over the Vector API is written with: the library's types, and a class for one method. */
final class VectorCode {
    static final String VECTORS = "jdk.incubator.vector";
    static final ClassDesc VECTOR = ClassDesc.of(VECTORS, "Vector");
    static final ClassDesc MASK = ClassDesc.of(VECTORS, "VectorMask");
    static final ClassDesc SPECIES = ClassDesc.of(VECTORS, "VectorSpecies");

    private static final ClassDesc TYPES = ClassDesc.of(VectorTypes.class.getName());
    private static final MethodTypeDesc CAST = MethodTypeDesc.of(ConstantDescs.CD_Object, ConstantDescs.CD_Object);

    private VectorCode() {}

    /**
     * An object of a new hidden class, which is collected with it.
     *
     * @param parent its superclass, whose only abstract method is {@code run}
     * @param name as stack traces show it
     * @param count the parameter of {@code run} that says how much there is to do: where it is negative, nothing is done,
     *     for those who only want the call to be counted (see {@link Workshop})
     * @param body writes the code of {@code run}
     */
    static <T> T make(Class<T> parent, String name, MethodTypeDesc run, int count, Consumer<CodeBuilder> body) {
        ClassDesc superclass = parent.describeConstable().orElseThrow();
        byte[] bytes = ClassFile.of()
                .build(
                        ClassDesc.of(VectorCode.class.getPackageName(), name),
                        type -> type.withSuperclass(superclass)
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        0,
                                        code -> code.aload(0)
                                                .invokespecial(
                                                        superclass, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody("run", run, 0, code -> {
                                    Label some = code.newLabel();
                                    code.iload(count).ifge(some).return_().labelBinding(some);
                                    body.accept(code);
                                }));
        try {
            return parent.cast(MethodHandles.lookup()
                    .defineHiddenClass(bytes, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Loads the vector in a variable, of floats or doubles, as one of the class that they have on this machine. */
    static void exact(CodeBuilder code, boolean wide, int variable) {
        code.getstatic(TYPES, wide ? "DOUBLES" : "FLOATS", ConstantDescs.CD_Class)
                .aload(variable)
                .invokevirtual(ConstantDescs.CD_Class, "cast", CAST)
                .checkcast(ClassDesc.of(VECTORS, wide ? "DoubleVector" : "FloatVector"));
    }

    /** New local variables. */
    static int[] locals(CodeBuilder code, int count, TypeKind kind) {
        int[] locals = new int[count];
        Arrays.setAll(locals, i -> code.allocateLocal(kind));
        return locals;
    }
}

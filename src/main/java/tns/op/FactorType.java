package tns.op;

import tns.error.ErrorKind;
import tns.error.TnsException;

/** A type of numbers that factors of products can be rounded to and tensors cannot have: the value {@code bfloat16}. */
public enum FactorType implements TypeName.Typed {
    BFLOAT16("bfloat16");

    private final String word;

    FactorType(String word) {
        this.word = word;
    }

    /** What to say where it was given as the dtype of a tensor, by its value or its name; else nothing. */
    static void refuse(String op, Object dtype) {
        for (FactorType type : values()) {
            if (dtype == type || type.word.equals(dtype)) {
                throw new TnsException(ErrorKind.DTYPE, op + ": no tensor has the dtype " + type)
                        .help("with autocast(" + type + ") { … } rounds the factors of products; tensors stay float32");
            }
        }
    }

    @Override
    public String typeName() {
        return "factor type";
    }

    @Override
    public String toString() {
        return word;
    }
}

package tns.cuda.ptx;

/** A kernel before it is written down: equal descriptions give equal texts, so that each is compiled once. */
public interface KernelText {
    /** The kernel's text. */
    Kernel render();
}

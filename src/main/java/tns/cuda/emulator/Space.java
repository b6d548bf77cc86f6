package tns.cuda.emulator;

/** The memories a load or store can reach. */
enum Space {
    GLOBAL,
    SHARED,
    CONST
}

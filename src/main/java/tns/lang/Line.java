package tns.lang;

import tns.profile.Profile;

/** A statement, or the body of a function, whose line a profile sees: built only into sources that are read for one. */
public final class Line extends Node {
    private final Node statement;

    public Line(Node statement) {
        super(statement.span());
        this.statement = statement;
    }

    @Override
    public Object eval(Frame frame) {
        Profile profile = frame.session.profile();
        return profile == null ? statement.eval(frame) : profile.line(this, span(), () -> statement.eval(frame));
    }
}

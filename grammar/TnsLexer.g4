// The words of tns. Which newlines end a statement, where an interpolation ends and how `1..3` splits
// depend on what stands around them; that much is decided in LayoutLexer, so that this file holds rules only.
lexer grammar TnsLexer;

options {
    superClass = tns.syntax.LayoutLexer;
}

tokens {
    INTERPOLATION_END
}

FN: 'fn';
MODEL: 'model';
IF: 'if';
ELSE: 'else';
FOR: 'for';
IN: 'in';
WHILE: 'while';
RETURN: 'return';
BREAK: 'break';
CONTINUE: 'continue';
IMPORT: 'import';
FROM: 'from';
AS: 'as';
NO_GRAD: 'no_grad';
WITH: 'with';
AND: 'and';
OR: 'or';
NOT: 'not';
TRUE: 'true';
FALSE: 'false';
NONE: 'none';
TRY: 'try';
CATCH: 'catch';

ID: [∇∂\p{L}_] [\p{L}\p{Nd}_]*;
INT: [0-9] [0-9_]*;
FLOAT: [0-9] [0-9_]* '.' [0-9] [0-9_]* EXPONENT?
    | [0-9] [0-9_]* '.'? EXPONENT
    | [0-9] [0-9_]* '.'
    | '.' [0-9] [0-9_]* EXPONENT?
    ;
fragment EXPONENT: [eE] [+-]? [0-9]+;

RAW: '\'' (~['\\\r\n] | '\\' ~[\r\n])* '\'';
QUOTE: '"' -> pushMode(STRING);

LPAREN: '(';
RPAREN: ')';
LBRACKET: '[';
RBRACKET: ']';
LBRACE: '{';
RBRACE: '}';

POW_ASSIGN: '**=';
DSLASH_ASSIGN: '//=';
PLUS_ASSIGN: '+=';
MINUS_ASSIGN: '-=';
STAR_ASSIGN: '*=';
SLASH_ASSIGN: '/=';
PERCENT_ASSIGN: '%=';
AT_ASSIGN: '@=';
POW: '**';
DSLASH: '//';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
PERCENT: '%';
AT: '@';

ARROW: '->';
PIPE: '|>';
ELLIPSIS: '...';
RANGE_INCLUSIVE: '..=';
RANGE: '..';
DOT: '.';
COMMA: ',';
SEMI: ';';
COLON: ':';
CARET: '^';

EQ: '==';
NE: '!=';
LE: '<=';
GE: '>=';
LT: '<';
GT: '>';
ASSIGN: '=';
AMP: '&';
BAR: '|';
TILDE: '~';

NEWLINE: '\r'? '\n';
SPACE: [ \t\f\uFEFF]+ -> channel(HIDDEN);
COMMENT: '#' ~[\r\n]* -> channel(HIDDEN);
UNKNOWN: .;

// Between the quotes of "…".
mode STRING;

ESCAPE: '\\' ~[\r\n];
BRACES: '{{' | '}}';
INTERPOLATION: '{' -> pushMode(DEFAULT_MODE);
END_QUOTE: '"' -> popMode;
TEXT: ~["\\{}\r\n]+;
STRAY: .;

// After the colon of {value:spec}.
mode FORMAT;

SPEC: ~[}"\r\n]+;
FORMAT_END: '}' -> type(INTERPOLATION_END), popMode;
FORMAT_STRAY: . -> type(STRAY);

// The sentences of tns. In `expression` the alternatives stand from the tightest binding to the loosest.
parser grammar TnsParser;

options {
    tokenVocab = TnsLexer;
}

program
    : separator* (statement (separator+ statement)*)? separator* EOF
    ;

separator
    : NEWLINE
    | SEMI
    ;

block
    : LBRACE separator* (statement (separator+ statement)*)? separator* RBRACE
    ;

statement
    : FN name=ID signature body                                            # functionDefinition
    | MODEL name=ID (LPAREN parameters? RPAREN)? LBRACE separator* (member (separator+ member)*)? separator* RBRACE
                                                                           # modelDefinition
    | IMPORT path=modulePath (AS alias=ID)?                                # importModule
    | FROM path=modulePath IMPORT names+=ID (COMMA names+=ID)*             # importNames
    | FOR targets IN iterable=expression block                             # forLoop
    | WHILE condition=expression block                                     # whileLoop
    | RETURN value=expressions?                                            # returnStatement
    | BREAK                                                                # breakStatement
    | CONTINUE                                                             # continueStatement
    | sides+=expressions (assignment sides+=expressions)*                  # simpleStatement
    ;

member
    : name=ID ASSIGN value=expression                                      # field
    | name=ID signature body                                               # method
    ;

modulePath
    : names+=ID (DOT names+=ID)*
    | file=RAW
    ;

targets
    : names+=ID (COMMA names+=ID)*
    ;

assignment
    : ASSIGN
    | PLUS_ASSIGN
    | MINUS_ASSIGN
    | STAR_ASSIGN
    | SLASH_ASSIGN
    | DSLASH_ASSIGN
    | PERCENT_ASSIGN
    | POW_ASSIGN
    | AT_ASSIGN
    ;

expressions
    : expression (COMMA expression)*
    ;

signature
    : LPAREN parameters? RPAREN (ARROW result=shape)?
    ;

parameters
    : parameter (COMMA parameter)* COMMA?
    ;

parameter
    : rest=STAR? name=ID (COLON annotation=shape)? (ASSIGN fallback=expression)?
    ;

shape
    : dtype=ID? LBRACKET (dimension (COMMA dimension)* COMMA?)? RBRACKET   # tensorShape
    | type=ID                                                              # typeName
    ;

dimension
    : ELLIPSIS                                                             # restDimensions
    | size                                                                 # oneDimension
    ;

size
    : INT                                                                  # literalSize
    | ID                                                                   # namedSize
    | CARET ID                                                             # outerSize
    | LPAREN size RPAREN                                                   # parenthesizedSize
    | left=size operator=(STAR | DSLASH) right=size                        # productSize
    | left=size operator=(PLUS | MINUS) right=size                         # sumSize
    ;

body
    : ASSIGN expression                                                    # expressionBody
    | block                                                                # blockBody
    ;

expression
    : primary                                                              # primaryExpression
    | callee=expression LPAREN arguments? RPAREN                           # call
    | base=expression LBRACKET indexItem (COMMA indexItem)* COMMA? RBRACKET    # index
    | object=expression DOT name=memberName                                # attribute
    | <assoc = right> base=expression POW exponent=expression              # power
    | operator=(MINUS | PLUS) operand=expression                           # sign
    | left=expression operator=(STAR | SLASH | DSLASH | PERCENT | AT) right=expression # product
    | left=expression operator=(PLUS | MINUS) right=expression             # sum
    | low=expression operator=(RANGE | RANGE_INCLUSIVE) high=expression    # range
    | left=expression comparator right=expression                          # comparison
    | TILDE operand=expression                                             # complement
    | left=expression operator=(AMP | BAR) right=expression                # bitwise
    | NOT operand=expression                                               # negation
    | left=expression AND right=expression                                 # conjunction
    | left=expression OR right=expression                                  # disjunction
    | input=expression PIPE function=expression                            # pipe
    | lambdaParameters ARROW value=expression                              # lambda
    ;

comparator
    : EQ
    | NE
    | LT
    | LE
    | GT
    | GE
    | IN
    | NOT IN
    ;

lambdaParameters
    : names+=ID
    | LPAREN (names+=ID (COMMA names+=ID)*)? RPAREN
    ;

arguments
    : argument (COMMA argument)* COMMA?                                    # argumentList
    | value=expression comprehension                                       # soleGenerator
    ;

argument
    : name=memberName ASSIGN value=expression                              # namedArgument
    | STAR value=expression                                                # spreadArgument
    | value=expression                                                     # positionalArgument
    ;

indexItem
    : ELLIPSIS                                                             # ellipsisItem
    | start=expression? COLON stop=expression? (COLON step=expression?)?   # sliceItem
    | expression                                                           # valueItem
    ;

memberName
    : ID
    | FN | MODEL | IF | ELSE | FOR | IN | WHILE | RETURN | BREAK | CONTINUE | IMPORT | FROM | AS | NO_GRAD | WITH
    | AND | OR | NOT | TRUE | FALSE | NONE | TRY | CATCH
    ;

primary
    : INT                                                                  # integer
    | FLOAT                                                                # floating
    | RAW                                                                  # rawString
    | TRUE                                                                 # trueValue
    | FALSE                                                                # falseValue
    | NONE                                                                 # noneValue
    | ID                                                                   # name
    | QUOTE stringPart* END_QUOTE                                          # string
    | LPAREN RPAREN                                                        # emptyTuple
    | LPAREN expression RPAREN                                             # parenthesized
    | LPAREN expression COMMA (expression (COMMA expression)* COMMA?)? RPAREN # tuple
    | LPAREN expression comprehension RPAREN                               # tupleComprehension
    | LBRACKET (expression (COMMA expression)* COMMA?)? RBRACKET           # tensor
    | LBRACKET expression comprehension RBRACKET                           # tensorComprehension
    | LBRACE NEWLINE* (entry (COMMA NEWLINE* entry)* COMMA?)? NEWLINE* RBRACE # record
    | FN signature body                                                    # anonymousFunction
    | NO_GRAD block                                                        # noGrad
    | WITH expression (COMMA expression)* block                            # with
    | conditional                                                          # ifExpression
    | TRY attempt=block CATCH name=ID rescue=block                         # tryCatch
    ;

conditional
    : IF condition=expression consequence=block (ELSE (chained=conditional | alternative=block))?
    ;

comprehension
    : clause+
    ;

clause
    : FOR targets IN iterable=expression (IF condition=expression)?
    ;

entry
    : (key=ID | text=RAW | QUOTE stringPart* END_QUOTE) COLON value=expression
    ;

stringPart
    : TEXT                                                                 # textPart
    | ESCAPE                                                               # escapePart
    | BRACES                                                               # bracesPart
    | INTERPOLATION expression echo=ASSIGN? (COLON SPEC?)? INTERPOLATION_END   # valuePart
    ;

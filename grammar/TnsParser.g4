// The sentences of tns. Every text can be read in one way at most: what binds tighter has a rule of its own.
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

// From here on each rule binds tighter than the one before it.
expression
    : lambda                                                               # lambdaExpression
    | stages+=disjunction (PIPE stages+=disjunction)* (PIPE last=lambda)?  # pipeline
    ;

lambda
    : lambdaParameters ARROW value=expression                              # arrowLambda
    | FN signature ASSIGN value=expression                                 # functionLambda
    ;

disjunction
    : operands+=conjunction (OR operands+=conjunction)*
    ;

conjunction
    : operands+=negation (AND operands+=negation)*
    ;

negation
    : NOT operand=negation
    | plain=mask
    ;

mask
    : operands+=complement (operators+=(AMP | BAR) operands+=complement)*
    ;

complement
    : TILDE operand=complement
    | plain=comparison
    ;

comparison
    : operands+=range (comparators+=comparator operands+=range)*
    ;

range
    : low=sum (operator=(RANGE | RANGE_INCLUSIVE) high=sum)?
    ;

sum
    : operands+=product (operators+=(PLUS | MINUS) operands+=product)*
    ;

product
    : operands+=factor (operators+=(STAR | SLASH | DSLASH | PERCENT | AT) operands+=factor)*
    ;

factor
    : operator=(MINUS | PLUS) operand=factor                               # sign
    | base=postfix (POW exponent=factor)?                                  # power
    ;

postfix
    : primary                                                              # plainPostfix
    | callee=postfix LPAREN arguments? RPAREN                              # call
    | base=postfix LBRACKET indexItem (COMMA indexItem)* COMMA? RBRACKET   # index
    | object=postfix DOT name=memberName                                   # attribute
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
    : argument (comprehension | (COMMA argument)* COMMA?)
    ;

argument
    : name=memberName ASSIGN value=expression                              # namedArgument
    | STAR value=expression                                                # spreadArgument
    | value=expression                                                     # positionalArgument
    ;

indexItem
    : ELLIPSIS                                                             # ellipsisItem
    | start=expression (colon=COLON stop=expression? (COLON step=expression?)?)?   # item
    | COLON stop=expression? (COLON step=expression?)?                     # openSlice
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
    | LPAREN expression (comprehension | (COMMA expression)* comma=COMMA?) RPAREN # parenthesized
    | LBRACKET RBRACKET                                                    # emptyTensor
    | LBRACKET expression (comprehension | (COMMA expression)* COMMA?) RBRACKET # tensor
    | LBRACE NEWLINE* (entry (COMMA NEWLINE* entry)* COMMA?)? NEWLINE* RBRACE # record
    | FN signature block                                                   # anonymousFunction
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
    : (key=memberName | text=RAW | QUOTE stringPart* END_QUOTE) COLON value=expression
    ;

stringPart
    : TEXT                                                                 # textPart
    | ESCAPE                                                               # escapePart
    | BRACES                                                               # bracesPart
    | INTERPOLATION expression echo=ASSIGN? (COLON SPEC?)? INTERPOLATION_END   # valuePart
    ;

package javax.annotation;

/** What generated code is marked with. The annotation of this name left the JDK with Java 11. */
public @interface Generated {
    /** The generator. */
    String[] value();

    /** When it ran. */
    String date() default "";

    /** Its version. */
    String comments() default "";
}

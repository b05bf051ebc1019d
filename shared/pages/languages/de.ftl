### The texts in German. Their names, arguments and notes are in en.ftl.

//! TypeScript declarations: the documents' types from their JSON Schemas, so that they cannot differ, and the commands.

use leadheat_core::schema;
use serde_json::{Map, Value};

const COMMANDS: &str = include_str!("commands.d.ts");

/// leadheat.d.ts.
pub fn declarations() -> String {
    let mut types = Map::new();
    for (name, schema) in [
        ("Config", schema::config()),
        ("Lead", schema::lead()),
        ("Explanation", schema::explanation()),
        ("Status", schema::status()),
    ] {
        if let Some(Value::Object(definitions)) = schema.get("$defs") {
            types.extend(definitions.clone());
        }
        types.insert(name.to_owned(), schema);
    }
    let mut text = COMMANDS.to_owned();
    for (name, schema) in &types {
        text += &format!("\n{}export type {name} = {};\n", comment(schema, ""), written(schema, ""));
    }
    text
}

fn comment(schema: &Value, indent: &str) -> String {
    let Some(description) = schema["description"].as_str() else { return String::new() };
    format!("{indent}/** {} */\n", description.replace('\n', " ").replace("*/", "* /"))
}

/// A schema as a type. Knows what schemars writes for the types of leadheat-core, no more.
fn written(schema: &Value, indent: &str) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return name.to_owned();
    }
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(variants) = schema[key].as_array() {
            let variants: Vec<_> = variants.iter().map(|variant| written(variant, indent)).collect();
            let own = if schema["properties"].is_object() { object(schema, indent) + " & " } else { String::new() };
            return format!("{own}({})", variants.join(" | "));
        }
    }
    match &schema["type"] {
        Value::Array(types) => types.iter().map(|name| simple(name, schema, indent)).collect::<Vec<_>>().join(" | "),
        name => simple(name, schema, indent),
    }
}

fn simple(name: &Value, schema: &Value, indent: &str) -> String {
    match name.as_str() {
        Some("integer" | "number") => "number".into(),
        Some("object") => object(schema, indent),
        Some("array") => match schema["prefixItems"].as_array() {
            Some(items) => {
                format!("[{}]", items.iter().map(|item| written(item, indent)).collect::<Vec<_>>().join(", "))
            }
            None => format!("Array<{}>", written(&schema["items"], indent)),
        },
        Some(name) => name.into(),
        None => "unknown".into(),
    }
}

fn object(schema: &Value, indent: &str) -> String {
    let Some(properties) = schema["properties"].as_object() else {
        return format!("Record<string, {}>", written(&schema["additionalProperties"], indent));
    };
    let inner = format!("{indent}  ");
    let required =
        |name: &String| schema["required"].as_array().is_some_and(|all| all.iter().any(|known| known == name));
    let fields = properties.iter().map(|(name, field)| {
        let optional = if required(name) { "" } else { "?" };
        format!("{}{inner}{name}{optional}: {};\n", comment(field, &inner), written(field, &inner))
    });
    format!("{{\n{}{indent}}}", fields.collect::<String>())
}

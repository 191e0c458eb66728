//! Generated files that are committed: the GraphQL schema, the TypeScript types over it, and the kinds of the operator.

use crate::shell::{Outcome, build, output, root, run};
use crate::web;

const GENERATED: [&str; 3] =
    ["graphql/schema.graphql", "web/portal/src/gql", "charts/lingxi-crds/templates/tenants.yaml"];

/// Makes them anew.
pub(crate) fn write() -> Outcome {
    build()?;
    let schema = output(&root(), "target/debug/lingxi", &["schema"]).ok_or("`lingxi schema` failed")?;
    std::fs::write(root().join(GENERATED[0]), schema + "\n").map_err(|error| error.to_string())?;
    std::fs::write(root().join(GENERATED[2]), definitions()?).map_err(|error| error.to_string())?;
    web::install()?;
    run(&web::folder(), "npm", &["run", "--silent", "codegen"])
}

/// The kinds of the operator, as the chart installs them: they stay when the release goes, and all tenants with them.
fn definitions() -> Outcome<String> {
    let printed = output(&root(), "target/debug/lingxi", &["crds"]).ok_or("`lingxi crds` failed")?;
    let mut definition: serde_json::Value = serde_json::from_str(&printed).map_err(|error| error.to_string())?;
    definition["metadata"]["annotations"] = serde_json::json!({ "helm.sh/resource-policy": "keep" });
    let yaml = serde_saphyr::to_string(&definition).map_err(|error| error.to_string())?;
    Ok(format!("# Made by `cargo xtask gen`.\n{yaml}"))
}

/// Makes them anew and demands that nothing changed.
pub(crate) fn check() -> Outcome {
    let digest = || {
        let find = format!("find {} -type f | sort | xargs cat | sha256sum", GENERATED.join(" "));
        output(&root(), "sh", &["-c", &find])
    };
    let before = digest();
    write()?;
    if before == digest() {
        Ok(())
    } else {
        Err(format!("{} were not up to date; they are now: commit them", GENERATED.join(" and ")))
    }
}

/// The schema as integrators had it last.
const PUBLISHED: &str = "graphql/published.graphql";

/// Names what changed for integrators since the schema was published; a breaking change fails. `publish` takes the schema as it
/// stands for the published one.
pub(crate) fn schema_changes(publish: bool) -> Outcome {
    web::install()?;
    let files = [PUBLISHED, GENERATED[0]].map(|file| root().join(file));
    let [before, after] = files.each_ref().map(|file| file.to_string_lossy());
    let compared = run(&web::folder().join("portal"), "node", &["schema-changes.mjs", &before, &after]);
    if publish {
        std::fs::copy(&files[1], &files[0]).map(|_| ()).map_err(|error| error.to_string())
    } else {
        compared.map_err(|_| {
            "the schema breaks integrators (above): keep the old field beside the new one with @deprecated, or, when it \
             must be, run `cargo xtask schema --publish` and say why in the commit"
                .to_owned()
        })
    }
}

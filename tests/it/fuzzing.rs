//! The fuzz targets, which only a nightly compiler builds: each drives a property that the tests
//! drive too, and none is left out.

use std::fs;
use std::path::Path;

#[test]
fn every_fuzz_target_drives_a_property_that_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The published package goes without.
    let Ok(manifest) = fs::read_to_string(root.join("fuzz/Cargo.toml")) else { return };
    let readme = fs::read_to_string(root.join("fuzz/README.md")).unwrap();
    let targets = fs::read_dir(root.join("fuzz/fuzz_targets")).unwrap();
    let targets: Vec<_> = targets.map(|entry| entry.unwrap().path()).collect();
    assert!(targets.len() >= 5);
    for target in targets {
        let name = target.file_stem().unwrap().to_str().unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not built");
        assert!(readme.contains(&format!("| `{name}` |")), "{name} is not explained");
        let text = fs::read_to_string(&target).unwrap();
        let (_, call) = text.split_once("mailsend::").unwrap();
        let (path, _) = call.split_once("(octets)").unwrap();
        let (module, property) = path.rsplit_once("::").unwrap();
        let file = root.join("src").join(module.replace("::", "/")).with_extension("rs");
        let code = fs::read_to_string(file).unwrap();
        assert!(code.contains(&format!("pub fn {property}(octets: &[u8])")), "{path}");
        assert!(code.contains(&format!("corpus(\"{name}\")")), "{name}: its corpus is not tested");
    }
}

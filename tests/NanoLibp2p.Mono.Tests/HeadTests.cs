using System;
using System.IO;
using System.Linq;
using System.Xml.Linq;

namespace NanoLibp2p.Mono.Tests;

/// <summary>The project with Meadow's packages can't be built here, so what can be read in it is compared.</summary>
public class HeadTests
{
    [Fact]
    public void The_project_that_is_deployed_has_the_sources_that_are_compiled_and_run_here()
    {
        string meadow = Path.Combine(MonoProcess.Root, "boards", "meadow-f7");
        string head = Path.Combine(meadow, "head");
        XDocument project = XDocument.Load(Path.Combine(head, "App.csproj"));
        string[] included = [.. project.Descendants("Compile").SelectMany(item => item.Attribute("Include")!.Value.Split(';'))
            .SelectMany(pattern => Directory.GetFiles(Path.Combine(head, Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern)))
            .Select(Path.GetFullPath)];
        string[] sources =
            [.. Directory.GetFiles(Path.Combine(meadow, "app"), "*.cs"), .. Directory.GetFiles(Path.Combine(meadow, "board"), "*.cs")];

        Assert.All(sources, source => Assert.Contains(Path.GetFullPath(source), included));
        Assert.All(included, path => Assert.True(File.Exists(path), path));
        Assert.All(project.Descendants("ProjectReference"),
            item => Assert.True(File.Exists(Path.Combine(head, item.Attribute("Include")!.Value))));
        Assert.Equal("App", project.Descendants("AssemblyName").Single().Value);
        Assert.Equal(["Meadow.F7", "Meadow.Foundation"],
            project.Descendants("PackageReference").Select(item => item.Attribute("Include")!.Value));
        Assert.Equal(
            ["app.config.yaml", "meadow.config.yaml", "wifi.config.yaml"],
            Directory.GetFiles(head, "*.yaml").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }
}

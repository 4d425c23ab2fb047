using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace NanoLibp2p.NanoSurface.Generator;

/// <summary>
/// The heads with which Visual Studio and VS Code build for nanoFramework v1: beside each .csproj that is built for a device an .nfproj
/// and a packages.config, and one solution of them. Everything in them follows from the .csproj, the files on disk and packages.json.
/// </summary>
public static class HeadSet
{
    /// <summary>The solution of all heads. Not in the root, where it would make 'dotnet build' ambiguous.</summary>
    public const string Solution = "boards/nanoLibp2p.nano.sln";

    /// <summary>The file that gives every head's assembly its version.</summary>
    public const string VersionFile = SurfaceSet.Folder + "/AssemblyVersion.cs";

    /// <summary>Endings of the files that nanoFramework's build makes of a library, all of which are in its package.</summary>
    public static readonly IReadOnlyList<string> Built = [".dll", ".pdb", ".pdbx", ".pe", ".xml"];

    // as nanoFramework's own projects of unit tests have it (CoreLibrary, IoT.Device, Samples)
    private const string TestContainer = """
          <ItemGroup>
            <ProjectCapability Include="TestContainer" />
          </ItemGroup>

        """;

    private const string TestProperties = """
            <IsCodedUITest>False</IsCodedUITest>
            <IsTestProject>true</IsTestProject>
            <TestProjectType>UnitTest</TestProjectType>

        """;

    private const string TestSettings = """
          <PropertyGroup>
            <RunSettingsFilePath>$(MSBuildProjectDirectory)\nano.runsettings</RunSettingsFilePath>
          </PropertyGroup>

        """;

    private const string ProjectType = "{11A8DD76-328B-46DF-9F39-F559912D0360}";

    private static readonly string[] _folders = ["hal", "protocols", "firmware", "boards", "tests"];

    // who references it is a project of tests
    private const string Launcher = "nanoFramework.UnitTestLauncher";

    // folders whose props name another framework than the device's, or none
    private static readonly string[] _undecided = ["boards/", "tests/"];

    /// <summary>The version of everything here, as Directory.Build.props has it.</summary>
    public static string Version(string root) =>
        XDocument.Load(Path.Combine(root, "Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>Paths of the .nuspec files of the packages for nanoFramework, relative to the repository's root.</summary>
    public static IReadOnlyList<string> FindPackages(string root) =>
        FindProjects(root).Where(project => IsPackable(root, project)).Select(PackageOf).ToArray();

    /// <summary>Paths of the projects that have heads, relative to the repository's root.</summary>
    public static IReadOnlyList<string> FindProjects(string root) => _folders
        .Select(folder => Path.Combine(root, folder))
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.GetFiles(folder, "*.csproj", SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
        .Where(path => IsForDevice(root, path))
        .Order(StringComparer.Ordinal)
        .ToArray();

    /// <summary>Content of every head, by path relative to the repository's root.</summary>
    public static IReadOnlyDictionary<string, string> Generate(string root)
    {
        PackageTable table = PackageTable.Read(root);
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        IReadOnlyList<string> projects = FindProjects(root);
        foreach (string project in projects)
        {
            IReadOnlyList<Package> packages =
                table.WithReferences(Closure(root, project).Prepend(project).SelectMany(path => Items(root, path, "NanoReference")));
            files.Add(HeadOf(project), Head(root, project, packages));
            files.Add($"{FolderOf(project)}/packages.config", PackagesConfig(packages));
            if (IsPackable(root, project))
            {
                files.Add(PackageOf(project),
                    PackageSpecification(root, project, table.WithReferences(Items(root, project, "NanoReference"))));
            }
        }

        files.Add(VersionFile, AssemblyVersion(Version(root)));

        files.Add(Solution, WriteSolution(projects));
        return files;
    }

    /// <summary>Path of the .nfproj beside a .csproj.</summary>
    public static string HeadOf(string project) => Path.ChangeExtension(project, ".nfproj");

    /// <summary>The source files that a head must list: all of the project's folder, with backslashes, in order.</summary>
    public static IReadOnlyList<string> Sources(string root, string project)
    {
        string folder = Path.Combine(root, FolderOf(project));
        return Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('/', '\\'))
            .Where(path => !path.StartsWith("bin\\", StringComparison.Ordinal) && !path.StartsWith("obj\\", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToArray();
    }

    /// <summary>The name of a project's assembly, which is the project's unless it says another.</summary>
    public static string AssemblyOf(string root, string project) =>
        XDocument.Load(Path.Combine(root, project)).Descendants("AssemblyName").SingleOrDefault()?.Value
        ?? Path.GetFileNameWithoutExtension(project);

    // what a project does not say itself, the props of its folder do
    private static bool IsForDevice(string root, string project)
    {
        XElement[] frameworks = XDocument.Load(Path.Combine(root, project)).Descendants()
            .Where(element => element.Name.LocalName is "TargetFramework" or "TargetFrameworks")
            .ToArray();
        return frameworks.Length == 0
            ? !_undecided.Any(folder => project.StartsWith(folder, StringComparison.Ordinal))
            : frameworks.Any(element => element.Value.Contains("netnano1.0", StringComparison.Ordinal));
    }

    // an app is built by who flashes it, and so is what only a firmware of one's own can load
    private static bool IsPackable(string root, string project) =>
        !Items(root, project).Contains("Exe")
        && !XDocument.Load(Path.Combine(root, project)).Descendants("IsPackable").Any(element => element.Value == "false");

    private static string PackageOf(string project) => Path.ChangeExtension(project, ".nuspec");

    private static string FolderOf(string project) => Path.GetDirectoryName(project)!.Replace('\\', '/');

    private static IEnumerable<string> Items(string root, string project, string name) => XDocument.Load(Path.Combine(root, project))
        .Descendants(name)
        .Select(element => element.Attribute("Include")!.Value.Replace('\\', '/'));

    /// <summary>The projects that a project references, and what they reference, in an order in which each follows what it needs.</summary>
    private static List<string> Closure(string root, string project)
    {
        List<string> found = new();
        Visit(project);
        found.Remove(project);
        return found;

        void Visit(string path)
        {
            foreach (string reference in Items(root, path, "ProjectReference"))
            {
                string target = Path.GetRelativePath(root, Path.GetFullPath(Path.Combine(root, FolderOf(path), reference)))
                    .Replace('\\', '/');
                if (!found.Contains(target))
                {
                    Visit(target);
                }
            }

            found.Add(path);
        }
    }

    private static string Head(string root, string project, IReadOnlyList<Package> packages)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        string up = Up(FolderOf(project));
        string assembly = AssemblyOf(root, project);
        bool isProgram = Items(root, project).Any(value => value == "Exe");
        bool isTest = packages.Any(package => package.Assembly == Launcher);
        string documentation = $"    <DocumentationFile>bin\\$(Configuration)\\{name}.xml</DocumentationFile>\n";
        StringBuilder text = new();
        text.Append($"""
            <?xml version="1.0" encoding="utf-8"?>
            <!-- generated from {Path.GetFileName(project)} and the files beside it; see tools/NanoLibp2p.NanoSurface/README.md -->
            <Project ToolsVersion="Current" DefaultTargets="Build" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
              <PropertyGroup Label="Globals">
                <NanoFrameworkProjectSystemPath>$(MSBuildExtensionsPath)\nanoFramework\v1.0\</NanoFrameworkProjectSystemPath>
              </PropertyGroup>
              {Import("NFProjectSystem.Default.props")}
            {(isTest ? TestContainer : "")}  <PropertyGroup>
                <Configuration Condition=" '$(Configuration)' == '' ">Debug</Configuration>
                <Platform Condition=" '$(Platform)' == '' ">AnyCPU</Platform>
                <ProjectTypeGuids>{ProjectType};{"{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}"}</ProjectTypeGuids>
                <ProjectGuid>{Id(name)}</ProjectGuid>
                <OutputType>{(isProgram ? "Exe" : "Library")}</OutputType>
                <FileAlignment>512</FileAlignment>
                <RootNamespace>{name}</RootNamespace>
                <AssemblyName>{assembly}</AssemblyName>
                <TargetFrameworkVersion>v1.0</TargetFrameworkVersion>
                <LangVersion>9.0</LangVersion>
            {(isTest ? TestProperties : documentation)}  </PropertyGroup>

            """);
        text.Append(Options(root, project));
        text.Append($"  {Import("NFProjectSystem.props")}\n");
        if (isTest)
        {
            text.Append(TestSettings);
        }

        Group(text, Sources(root, project).Select(path => $"    <Compile Include=\"{path}\" />\n")
            .Concat(Links(root, project).Select(item => $"    <Compile Include=\"{item.Path}\" Link=\"{item.Link}\" />\n"))
            .Append($"    <Compile Include=\"{up}{VersionFile.Replace('/', '\\')}\" Link=\"{Path.GetFileName(VersionFile)}\" />\n"));
        Group(text, Closure(root, project).Select(path =>
            $"    <ProjectReference Include=\"{up}{HeadOf(path).Replace('/', '\\')}\" />\n"));
        Group(text, packages.Select(package =>
            $"    <Reference Include=\"{package.Assembly}, Version={package.AssemblyVersion}, Culture=neutral, "
            + $"PublicKeyToken={package.PublicKeyToken}\">\n"
            + $"      <HintPath>{up}packages\\{package.Path}</HintPath>\n"
            + "      <Private>True</Private>\n"
            + "    </Reference>\n"));
        string[] others = isTest ? ["nano.runsettings", "packages.config"] : new[] { "packages.config" };
        Group(text, others.Select(file => $"    <None Include=\"{file}\" />\n"));
        text.Append($"  {Import("NFProjectSystem.CSharp.targets")}\n");
        text.Append("""
              <ProjectExtensions>
                <ProjectCapabilities>
                  <ProjectConfigurationsDeclaredAsItems />
                </ProjectCapabilities>
              </ProjectExtensions>
            </Project>

            """);
        return text.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>The source files of other folders that a project compiles, by their path from its folder, and where they are
    /// shown.</summary>
    public static IEnumerable<(string Path, string Link)> Links(string root, string project) => XDocument.Load(Path.Combine(root, project))
        .Descendants("Compile")
        .Select(item => (item.Attribute("Include")!.Value.Replace('/', '\\'), item.Attribute("Link")!.Value.Replace('/', '\\')));

    private static IEnumerable<string> Items(string root, string project) =>
        XDocument.Load(Path.Combine(root, project)).Descendants("OutputType").Select(element => element.Value);

    /// <summary>The properties that a .csproj holds for nanoFramework's tools alone, in a group with that label.</summary>
    private static string Options(string root, string project)
    {
        string[] lines = XDocument.Load(Path.Combine(root, project)).Descendants("PropertyGroup")
            .Where(group => group.Attribute("Label")?.Value == "nanoFramework")
            .SelectMany(group => group.Elements())
            .Select(element => $"    <{element.Name.LocalName}>{element.Value}</{element.Name.LocalName}>\n")
            .ToArray();
        return lines.Length == 0 ? "" : $"  <PropertyGroup Label=\"nanoFramework\">\n{string.Concat(lines)}  </PropertyGroup>\n";
    }

    private static void Group(StringBuilder text, IEnumerable<string> items)
    {
        string all = string.Concat(items);
        if (all.Length > 0)
        {
            text.Append("  <ItemGroup>\n").Append(all).Append("  </ItemGroup>\n");
        }
    }

    private static string PackagesConfig(IReadOnlyList<Package> packages)
    {
        IEnumerable<string> lines = packages.DistinctBy(package => package.Id).OrderBy(package => package.Id, StringComparer.Ordinal)
            .Select(package => $"  <package id=\"{package.Id}\" version=\"{package.Version}\" targetFramework=\"netnano1.0\""
                + (package.IsDevelopmentDependency ? " developmentDependency=\"true\" />\n" : " />\n"));
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<packages>\n{string.Concat(lines)}</packages>\n";
    }

    // the layout of nanoFramework's IoT.Device packages: what the build made, flat in lib, without a framework's name
    private static string PackageSpecification(string root, string project, IReadOnlyList<Package> packages)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        string description = XDocument.Load(Path.Combine(root, project)).Descendants("Description").Single().Value;
        string readme = File.Exists(Path.Combine(root, FolderOf(project), "README.md")) ? "README.md"
            : project.StartsWith("boards/", StringComparison.Ordinal) ? "..\\README.md"
            : $"{Up(FolderOf(project))}README.md";
        IEnumerable<string> ours = Items(root, project, "ProjectReference")
            .Select(reference =>
                $"      <dependency id=\"{Path.GetFileNameWithoutExtension(reference)}.nanoFramework\" version=\"$version$\" />\n");
        IEnumerable<string> theirs = packages.OrderBy(package => package.Id, StringComparer.Ordinal)
            .Select(package => $"      <dependency id=\"{package.Id}\" version=\"{package.Version}\" />\n");
        IEnumerable<string> built = Built.Select(ending =>
            $"    <file src=\"bin\\Release\\{name}{ending}\" target=\"lib\\{name}{ending}\" />\n");
        return $"""
            <?xml version="1.0" encoding="utf-8"?>
            <!-- generated from {Path.GetFileName(project)}; see tools/NanoLibp2p.NanoSurface/README.md -->
            <package xmlns="http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd">
              <metadata>
                <id>{name}.nanoFramework</id>
                <version>$version$</version>
                <authors>The nanoLibp2p authors</authors>
                <license type="expression">MIT</license>
                <readme>README.md</readme>
                <description>{description} For .NET nanoFramework v1.</description>
                <tags>libp2p iot nanoFramework netnano esp32 stm32 p2p mesh</tags>
                <dependencies>
            {string.Concat(ours.Concat(theirs))}    </dependencies>
              </metadata>
              <files>
            {string.Concat(built)}    <file src="{readme}" target="README.md" />
              </files>
            </package>

            """.ReplaceLineEndings("\n");
    }

    // for nanoFramework's own build alone: the SDK writes these for the others, and the reference build of the heads has no need of them
    private static string AssemblyVersion(string version) => $"""
        // generated from Directory.Build.props; see tools/NanoLibp2p.NanoSurface/README.md
        using System.Reflection;

        [assembly: AssemblyVersion("{version}.0")]
        [assembly: AssemblyFileVersion("{version}.0")]
        [assembly: AssemblyInformationalVersion("{version}")]

        """.ReplaceLineEndings("\n");

    private static string WriteSolution(IReadOnlyList<string> projects)
    {
        string up = Up(Path.GetDirectoryName(Solution)!);
        StringBuilder text = new("\nMicrosoft Visual Studio Solution File, Format Version 12.00\n# Visual Studio Version 17\n");
        foreach (string project in projects)
        {
            string name = Path.GetFileNameWithoutExtension(project);
            text.Append(
                $"Project(\"{ProjectType}\") = \"{name}\", \"{up}{HeadOf(project).Replace('/', '\\')}\", \"{Id(name)}\"\nEndProject\n");
        }

        text.Append("Global\n\tGlobalSection(SolutionConfigurationPlatforms) = preSolution\n\t\tDebug|Any CPU = Debug|Any "
            + "CPU\n\t\tRelease|Any CPU = Release|Any CPU\n\tEndGlobalSection\n");
        text.Append("\tGlobalSection(ProjectConfigurationPlatforms) = postSolution\n");
        foreach (string id in projects.Select(project => Id(Path.GetFileNameWithoutExtension(project))))
        {
            foreach (string configuration in new[] { "Debug", "Release" })
            {
                foreach (string action in new[] { "ActiveCfg", "Build.0", "Deploy.0" })
                {
                    text.Append($"\t\t{id}.{configuration}|Any CPU.{action} = {configuration}|Any CPU\n");
                }
            }
        }

        return text.Append("\tEndGlobalSection\nEndGlobal\n").ToString();
    }

    private static string Up(string folder) => string.Concat(Enumerable.Repeat("..\\", folder.Split('/', '\\').Length));

    /// <summary>An id that stays the same, because it follows from the name.</summary>
    // a part of nanoFramework's project system, where it is installed
    private static string Import(string file)
    {
        string path = "$(NanoFrameworkProjectSystemPath)" + file;
        return $"<Import Project=\"{path}\" Condition=\"Exists('{path}')\" />";
    }

    private static string Id(string name) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString("B").ToUpperInvariant();
}

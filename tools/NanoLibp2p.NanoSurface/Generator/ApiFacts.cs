using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace NanoLibp2p.NanoSurface.Generator;

/// <summary>Reads a facts file: a header of <c>#</c> lines, then one line for each public type and member.</summary>
public static partial class ApiFacts
{
    public static ApiAssembly Read(string path)
    {
        string? name = null, version = null, package = null, packageVersion = null;
        string[] references = [];
        Dictionary<string, ApiType> types = new();
        List<ApiType> topLevel = new();
        List<(string Owner, ApiMember Member)> members = new();
        int lineNumber = 0;
        foreach (string line in File.ReadLines(path))
        {
            lineNumber++;
            if (line.StartsWith("# assembly: ", StringComparison.Ordinal))
            {
                Match header = AssemblyHeader().Match(line);
                if (!header.Success)
                {
                    throw Unreadable(path, lineNumber, line);
                }

                (name, version) = (header.Groups["name"].Value, header.Groups["version"].Value);
                (package, packageVersion) = (header.Groups["package"].Value, header.Groups["packageVersion"].Value);
            }
            else if (line.StartsWith("# references: ", StringComparison.Ordinal))
            {
                references = line["# references: ".Length..].Split(", ").Where(reference => reference != "-").ToArray();
            }
            else if (line.StartsWith("T ", StringComparison.Ordinal))
            {
                ApiType type = ReadType(line[2..]);
                types.Add(type.FullName, type);
            }
            else if (line.Length > 2 && line[1] == ' ' && "FPEM".Contains(line[0], StringComparison.Ordinal))
            {
                members.Add(ReadMember(line[0], line[2..]) ?? throw Unreadable(path, lineNumber, line));
            }
            else if (line.Length > 0 && line[0] != '#' && !line.StartsWith("N ", StringComparison.Ordinal))
            {
                throw Unreadable(path, lineNumber, line);
            }
        }

        foreach (ApiType type in types.Values)
        {
            int plus = type.FullName.LastIndexOf('+');
            (plus < 0 ? topLevel : types[type.FullName[..plus]].Nested).Add(type);
        }

        foreach ((string owner, ApiMember member) in members)
        {
            types[owner].Members.Add(member);
        }

        if (name is null || version is null || package is null || packageVersion is null)
        {
            throw new InvalidDataException(
                $"{path} has no '# assembly:' line; it must name the assembly, its version, the package and its version.");
        }

        return new ApiAssembly(Path.GetFileName(path), name, version, package, packageVersion, references, topLevel);
    }

    private static ApiType ReadType(string text)
    {
        string[] words = text.Split(' ');
        if (words[1] == "delegate")
        {
            ApiMember member = ReadMember('M', words[0] + ".Invoke" + text[(text.IndexOf('(', StringComparison.Ordinal))..])!.Value.Member;
            return new ApiType(words[0], "delegate", new HashSet<string>(), [], member);
        }

        int colon = text.IndexOf(" : ", StringComparison.Ordinal);
        HashSet<string> flags = (colon < 0 ? text : text[..colon]).Split(' ').Skip(2).ToHashSet();
        List<string> bases = new();
        if (colon >= 0)
        {
            string rest = text[(colon + 3)..];
            foreach (string flag in TypeFlags().Matches(rest).Select(match => match.Value.Trim()))
            {
                flags.Add(flag);
            }

            bases.AddRange(TypeFlags().Replace(rest, "").Split(", "));
        }

        return new ApiType(words[0], words[1], flags, bases, null);
    }

    private static (string Owner, ApiMember Member)? ReadMember(char kind, string text)
    {
        Match match = kind switch
        {
            'M' => Method().Match(text),
            'P' => Property().Match(text),
            _ => FieldOrEvent().Match(text),
        };
        if (!match.Success)
        {
            return null;
        }

        (string owner, string name) = (match.Groups["owner"].Value, match.Groups["name"].Value);
        string flags = match.Groups["flags"].Value;
        string? constant = null;
        if (ConstantFlag().Match(flags) is { Success: true } found)
        {
            constant = found.Groups["value"].Value;
            flags = flags.Remove(found.Index, found.Length);
        }

        string accessors = match.Groups["accessors"].Value;
        return (owner, new ApiMember(
            kind,
            name,
            match.Groups["type"].Value,
            ReadParameters(match.Groups["parameters"].Value, match.Groups["names"].Value),
            flags.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(),
            constant,
            accessors.Contains("get", StringComparison.Ordinal),
            accessors.Contains("set", StringComparison.Ordinal)));
    }

    private static ApiParameter[] ReadParameters(string types, string names)
    {
        if (types.Length == 0)
        {
            return [];
        }

        string[] nameList = names.Length == 0 ? [] : names.Split(',');
        return types.Split(',').Select((text, index) =>
        {
            int space = text.IndexOf(' ', StringComparison.Ordinal);
            string modifier = space < 0 ? "" : text[..space];
            string[] typeAndDefault = text[(space + 1)..].Split('=', 2);
            return new ApiParameter(
                modifier,
                typeAndDefault[0],
                index < nameList.Length ? nameList[index] : "p" + index,
                typeAndDefault.Length == 2 ? typeAndDefault[1] : null);
        }).ToArray();
    }

    private static InvalidDataException Unreadable(string path, int lineNumber, string line) =>
        new($"{path}({lineNumber}): can't read '{line}'; see the '# format:' line of the file.");

    [GeneratedRegex(@"^# assembly: (?<name>[\w.]+)\.(dll|exe) (?<version>[\d.]+); package: (?<package>[\w.]+) (?<packageVersion>[\d.]+);")]
    private static partial Regex AssemblyHeader();

    [GeneratedRegex(@" \[[a-z-]+\]")]
    private static partial Regex TypeFlags();

    [GeneratedRegex(@"^(?<owner>[^( ]+?)\.(?<name>\.ctor|[^.(]+)\((?<parameters>.*)\):(?<type>[^ ]+)(?<flags>[^;]*)( ; (?<names>.*))?$")]
    private static partial Regex Method();

    [GeneratedRegex(@"^(?<owner>[^:\[ ]+)\.(?<name>[^.:\[]+)(\[(?<parameters>[^:]*)\])?:(?<type>[^ ]+) "
        + @"\{(?<accessors>[^}]*)\}(?<flags>.*)$")]
    private static partial Regex Property();

    [GeneratedRegex(@"^(?<owner>[^: ]+)\.(?<name>[^.:]+):(?<type>[^ ]+)(?<flags>.*)$")]
    private static partial Regex FieldOrEvent();

    [GeneratedRegex(@" const=(?<value>""[^""]*""|[^ ]+)")]
    private static partial Regex ConstantFlag();
}

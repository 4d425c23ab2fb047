using System.Xml.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>What the shared assemblies offer can't be held wrong unnoticed: state is read, not written, and what is thrown is
/// told.</summary>
public sealed class PublicApiTests
{
    private const string View = "set anew before each OnMessage, and read by its handler alone: what is passed on is taken from elsewhere";

    private const string Reader = "for heirs alone: the protocol that made the reader is the one that reads with it";

    private const string Part = "set anew before each OnMail, and read by its handler alone: what is acknowledged is taken from elsewhere";

    /// <summary>Public fields that anybody may write, beside those of options, and why.</summary>
    private static readonly Dictionary<string, string> _writable = new()
    {
        ["NanoLibp2p.Core.Libp2pStream.Tag"] = "the protocol's own note on a stream; the core only clears it",
        ["NanoLibp2p.Core.Libp2pStream.Progress"] = "the protocol's own number on a stream; the core only clears it",
        ["NanoLibp2p.Core.Node.Transport"] = "the driver to dial and listen with; set before either",
        ["NanoLibp2p.Core.Node.Events"] = "who is told; may be changed at any time",
        ["NanoLibp2p.Core.Node.KeepsPlaceForDials"] = "a wish of the application's; may be changed at any time",
        ["NanoLibp2p.Core.Ping.PingProtocol.Events"] = "who is told; may be changed at any time",
        ["NanoLibp2p.PubSub.PubSubProtocol.Events"] = "who is told; may be changed at any time",
        ["NanoLibp2p.Kademlia.KademliaClient.Events"] = "who is told; may be changed at any time",
        ["NanoLibp2p.PubSub.RpcReader.Buffer"] = Reader,
        ["NanoLibp2p.PubSub.RpcReader.Certainty"] = Reader,
        ["NanoLibp2p.PubSub.RpcReader.Inbound"] = Reader,
        ["NanoLibp2p.PubSub.RpcHandler.Hash"] = "for heirs alone: a router's shards have one between them",
        ["NanoLibp2p.Relay.RelayClient.Events"] = "who is told; may be changed at any time",
        ["NanoLibp2p.Postbox.Mail.Buffer"] = Part,
        ["NanoLibp2p.Postbox.Mail.Offset"] = Part,
        ["NanoLibp2p.Postbox.Mail.Count"] = Part,
        ["NanoLibp2p.Postbox.Mail.BodyOffset"] = Part,
        ["NanoLibp2p.Postbox.Mail.BodyBytes"] = Part,
        ["NanoLibp2p.Postbox.Mail.SubjectOffset"] = Part,
        ["NanoLibp2p.Postbox.Mail.SubjectCount"] = Part,
        ["NanoLibp2p.Postbox.Mail.Sent"] = Part,
        ["NanoLibp2p.Postbox.Mail.Lifetime"] = Part,
        ["NanoLibp2p.Postbox.Mail.IsLatest"] = Part,
        ["NanoLibp2p.Postbox.Mail.SeenBefore"] = Part,
        ["NanoLibp2p.Postbox.Mail.TagOffset"] = Part,
        ["NanoLibp2p.Discovery.Mdns.Events"] = "who is told; may be changed at any time",
        ["NanoLibp2p.PubSub.PubSubMessage.Buffer"] = View,
        ["NanoLibp2p.PubSub.PubSubMessage.DataOffset"] = View,
        ["NanoLibp2p.PubSub.PubSubMessage.DataCount"] = View,
        ["NanoLibp2p.PubSub.PubSubMessage.FromOffset"] = View,
        ["NanoLibp2p.PubSub.PubSubMessage.FromCount"] = View,
        ["NanoLibp2p.PubSub.PubSubMessage.SequenceNumber"] = View,
        ["NanoLibp2p.PubSub.PubSubMessage.ReceivedFrom"] = View,
    };

    [Fact]
    public void What_safety_hangs_on_is_not_a_public_field_that_anybody_can_write()
    {
        HashSet<string> found = Types().Where(type => !type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(type => type.Fields)
            .Where(field => (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)
                && field is { IsInitOnly: false, HasConstant: false, IsRuntimeSpecialName: false })
            .Select(field => $"{field.DeclaringType.FullName}.{field.Name}")
            .ToHashSet(StringComparer.Ordinal);

        AssertNone(found.Except(_writable.Keys), "Make it a getter, internal or readonly, or argue for it in Writable");
        AssertNone(_writable.Keys.Except(found), "No such field; take it out of Writable");
    }

    [Fact]
    public void A_program_that_uses_several_parts_finds_no_two_types_of_one_name()
    {
        // a board's program is not used by another
        AssertNone(Types().Where(type => !type.IsNested && type.Module.EntryPoint == null)
            .GroupBy(type => type.Name, StringComparer.Ordinal)
            .Where(same => same.Count() > 1)
            .Select(same => string.Join(", ", same.Select(type => type.FullName))), "Name one of them otherwise");
    }

    [Fact]
    public void What_a_public_method_throws_is_told_in_its_documentation()
    {
        List<string> untold = new();
        foreach (string path in DeviceAssemblies.Product)
        {
            using ModuleDefinition module = ModuleDefinition.ReadModule(path);
            string documentation = Path.ChangeExtension(path, ".xml");
            if (!File.Exists(documentation))
            {
                continue; // a board's program, which nobody calls
            }

            Dictionary<string, HashSet<string>> told = XDocument.Load(documentation).Descendants("member").ToDictionary(
                member => member.Attribute("name")!.Value,
                member => member.Elements("exception").Select(exception => exception.Attribute("cref")!.Value[2..])
                .ToHashSet(StringComparer.Ordinal));
            foreach (MethodDefinition method in module.GetTypes().Where(IsVisible).SelectMany(type => type.Methods).Where(IsVisible))
            {
                string id = DocumentationId(method);
                untold.AddRange(Thrown(method, [])
                    .Where(exception => !told.TryGetValue(id, out HashSet<string>? names) || !names.Contains(exception))
                    .Select(exception => $"{id} {exception}"));
            }
        }

        AssertNone(untold.Distinct(), "Add <exception cref=...> that says when");
    }

    private static void AssertNone(IEnumerable<string> found, string advice)
    {
        string[] list = found.Order(StringComparer.Ordinal).ToArray();
        Assert.True(list.Length == 0, $"{string.Join('\n', list)}\n{advice}.");
    }

    private static IEnumerable<TypeDefinition> Types() =>
        DeviceAssemblies.Product.SelectMany(path => ModuleDefinition.ReadModule(path).GetTypes()).Where(IsVisible);

    private static bool IsVisible(TypeDefinition type) => type.IsPublic || (type.IsNestedPublic && IsVisible(type.DeclaringType));

    private static bool IsVisible(MethodDefinition method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    // The exceptions that a method makes, itself or in helpers that only its own assembly sees. A public one that it calls tells its own.
    private static IEnumerable<string> Thrown(MethodDefinition method, HashSet<MethodDefinition> seen)
    {
        if (!method.HasBody || !seen.Add(method))
        {
            yield break;
        }

        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.OpCode == OpCodes.Throw
                && instruction.Previous is { OpCode.Code: Code.Newobj, Operand: MethodReference constructor })
            {
                yield return constructor.DeclaringType.FullName;
            }
            else if (instruction.Operand is MethodDefinition callee && !(IsVisible(callee) && IsVisible(callee.DeclaringType)))
            {
                foreach (string exception in Thrown(callee, seen))
                {
                    yield return exception;
                }
            }
        }
    }

    // C# specification, "Documentation comments", "ID string format"
    private static string DocumentationId(MethodDefinition method)
    {
        string type = method.DeclaringType.FullName.Replace('/', '.');
        if (method.IsGetter || method.IsSetter)
        {
            return $"P:{type}.{method.Name[4..]}";
        }

        string parameters = string.Join(',', method.Parameters.Select(parameter => parameter.ParameterType.FullName.Replace('&', '@')));
        return $"M:{type}.{method.Name.Replace('.', '#')}" + (parameters.Length == 0 ? "" : $"({parameters})");
    }
}

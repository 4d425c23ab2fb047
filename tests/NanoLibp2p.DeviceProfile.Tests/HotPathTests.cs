using Mono.Cecil;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>
/// After its constructors a node takes no heap but where a connection begins. Counting at run time shows what a test happened to do;
/// this follows every way that the code could go.
/// </summary>
public sealed class HotPathTests
{
    /// <summary>Where a running node may take heap, by the beginning of a method's full name, and why.</summary>
    private static readonly Dictionary<string, string> _allowed = new()
    {
        ["NanoLibp2p.Hal.Tcp."] = "dialing and accepting make a socket, and a thread that waits for it, in the runtime anyway",
        ["NanoLibp2p.Multiformats."] = "an address becomes text for the runtime's name lookup, once a dial",
        ["NanoLibp2p.Buffers.Bytes.Ascii"] = "text of an address or a protocol id, once a dial or a registration",
        ["NanoLibp2p.Buffers.Bytes.ToText"] = "text of an address, once a dial",
        ["NanoLibp2p.Firmware.DialList.Reached"] = "where a name led to, once a look-up, which itself takes more",
        ["NanoLibp2p.Firmware.DialList.HostText"] = "the text of that",
        ["NanoLibp2p.Core.Identify.IdentifyProtocol.Describe"] = "what identify tells, built again only when it changed",
        ["NanoLibp2p.Firmware.DeviceLog"] = "a line in the log where a connection begins or ends, or a sensor fails; none without a log",
        ["NanoLibp2p.Boards.Nano.FlashStore"] = "a file of the store, which an application writes when it keeps something",
        ["NanoLibp2p.Crypto.ManagedCrypto.Ed25519Verify"] = "the verifier of cryptography that was made without one, once",
        ["NanoLibp2p.Kademlia.KademliaPeer.Make"] = "the address of a peer that a lookup dials, once a dial",
        ["NanoLibp2p.Kademlia.KademliaClient.Connect"] = "the array that a connection keeps its addresses in, once a dial",
        ["NanoLibp2p.Relay.RelayClient.Reserve"] = "the array that a connection to a relay keeps its address in, once a dial",
        ["NanoLibp2p.Relay.RelayDialer.Dial"] = "the address of a circuit, once a dial",
        ["NanoLibp2p.Relay.RelayAnnouncer.Announce"] = "the address that the relay was dialed at, once a reservation",
        ["NanoLibp2p.Relay.RelayClient.get_Address"] = "the address that a line in the log tells, once a reservation",
        ["NanoLibp2p.Firmware.Relay.RelayedDevice.On"] = "a line in the log where a reservation begins or ends; none without a log",
        ["NanoLibp2p.Hal.Ble.NanoAttPeripheral."] = "the Bluetooth stack wants objects of its own, at Open and for each packet",
        ["NanoLibp2p.Hal.Ble.Central.NanoGatt"] = "the same, for a gateway's radio",
        ["NanoLibp2p.Hal.LoRa.SpiLoRaBus.Transfer"] = "the runtime's SPI takes a SpanByte, a struct, which is heap there",
        ["NanoLibp2p.Hal.Udp."] = "joining the multicast group makes a socket, once a search",
        ["NanoLibp2p.Firmware.Discovery.MdnsFinder.Next"] = "the address of a peer that was found, once a dial",
        ["NanoLibp2p.Firmware.Discovery.MdnsFinder.Tell"] = "a line in the log about it; none without a log",
        ["NanoLibp2p.Rendezvous.RendezvousQuery.ToMultiaddr"] = "the address of a gateway that was found, once a dial",
        ["NanoLibp2p.Firmware.Rendezvous.RendezvousFinder.Next"] = "the array for it, once a dial",
        ["NanoLibp2p.Firmware.Rendezvous.RendezvousFinder.Tell"] = "a line in the log about it; none without a log",
        ["NanoLibp2p.Firmware.Mail.MailTaker.End"] = "a line in the log when a mailbox answers otherwise than before; none without a log",
        ["NanoLibp2p.Firmware.Mail.MailTaker.TextOf"] = "why, for that line",
        ["NanoLibp2p.Samples."] = "what a sample does with a command: a line in its log, the name of what it keeps",
        ["NanoLibp2p.Hal.UdpFrames.UdpLink.Open"] = "a socket, once a network is there or comes back",
        ["NanoLibp2p.Frames.FrameGateways."] = "the name of the list in the store, once a gateway is met",
        ["NanoLibp2p.Firmware.Radio.TwinStore.NameOf"] = "the name of a copy in the store, once a write",
        ["NanoLibp2p.Firmware.CloseText"] = "why a connection ended, for that line",
    };

    [Theory]
    [InlineData("NanoLibp2p.Core.Node", "Poll")]
    [InlineData("NanoLibp2p.Firmware.Device", "Step")]
    [InlineData("NanoLibp2p.Discovery.Mdns", "Poll")]
    [InlineData("NanoLibp2p.Frames.FrameNode", "Transmit")]
    [InlineData("NanoLibp2p.Frames.FrameNode", "Receive")]
    [InlineData("NanoLibp2p.Frames.FrameNode", "Publish")]
    [InlineData("NanoLibp2p.Frames.FrameNode", "PublishValues")]
    [InlineData("NanoLibp2p.Frames.FrameNode", "Call")]
    [InlineData("NanoLibp2p.Firmware.Radio.RadioDevice", "Step")]
    [InlineData("NanoLibp2p.Postbox.Sender.PostboxSender", "Seal")]
    [InlineData("NanoLibp2p.Postbox.Sender.PostboxSender", "Deposit")]
    public void A_node_that_runs_takes_heap_only_where_a_connection_begins(string type, string method)
    {
        using DeviceAssemblySet assemblies = DeviceAssemblySet.Load(DeviceAssemblies.Product, DeviceAssemblies.Surface);
        MethodDefinition start = assemblies.Modules.SelectMany(module => module.GetTypes())
            .Single(candidate => candidate.FullName == type).Methods.Single(candidate => candidate.Name == method);
        string[] sites = new CallGraph(assemblies).From(start).SelectMany(AllocationSite.Find)
            .Where(site => !_allowed.Keys.Any(prefix => site.Method.StartsWith(prefix, StringComparison.Ordinal)))
            .Select(site => $"{site.Where} makes {site.What}")
            .ToArray();
        Assert.True(sites.Length == 0, $"reachable from {type}.{method}:\n{string.Join('\n', sites)}\nTake the memory in a constructor, or "
            + $"add the method to Allowed with the reason.");
    }

    [Theory]
    [InlineData("int[] F() => new int[3];", "an array of Int32")]
    [InlineData("object F() => new object();", "a Object")]
    [InlineData("object F(int i) => i;", "a boxed Int32")]
    [InlineData("string F() => \"x\";", "the literal \"x\"")]
    [InlineData("System.Action F() => G; void G() { }", "a Action")]
    [InlineData("int F(int i) { if (i < 0) { throw new System.ArgumentException(\"negative\"); } return i; }", null)]
    [InlineData("public override string ToString() => \"x\";", null)]
    [InlineData("object made; Snippet() { made = new object(); }", null)]
    public void What_takes_heap_at_each_call_is_found(string members, string? expected)
    {
        using MemoryStream stream = DeviceCompiler.Assembly($"class Snippet {{ {members} }}");
        using ModuleDefinition module = ModuleDefinition.ReadModule(stream);
        string[] found = module.GetType("Snippet").Methods.SelectMany(AllocationSite.Find).Select(site => site.What).ToArray();
        Assert.Equal(expected is null ? [] : [expected], found);
    }

    [Fact]
    public void A_call_through_an_interface_reaches_what_implements_it()
    {
        using MemoryStream stream = DeviceCompiler.Assembly(
            "interface I { void M(int x); } class A : I { void I.M(int x) { N(); } void N() { } void Other() { } } class C { void F(I i) { "
                + "i.M(1); } }");
        using DeviceAssemblySet assemblies = DeviceAssemblySet.Load(stream, DeviceAssemblies.Surface);
        MethodDefinition start = assemblies.Modules[0].GetType("C").Methods.Single(method => method.Name == "F");
        Assert.Equal(["F", "I.M", "M", "N"],
            new CallGraph(assemblies).From(start).Select(method => method.Name).Order(StringComparer.Ordinal));
    }
}

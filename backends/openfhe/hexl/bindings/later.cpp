// What this project needs of openfhe-python 1.6 and 1.5.1 lacks, put on the classes of the module `openfhe`:
// calls that it does not have, arrays read and written without a list between, digits of a rotation that are
// not copied, and the release of Python's lock while the library computes.

#include <pybind11/complex.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <openfhe.h>

namespace py = pybind11;
using namespace lbcrypto;

PYBIND11_MAKE_OPAQUE(std::map<uint32_t, EvalKey<DCRTPoly>>);  // as the module `openfhe` has it

namespace {

using Context = CryptoContextImpl<DCRTPoly>;
using C       = Ciphertext<DCRTPoly>;
using Keys    = std::shared_ptr<std::map<uint32_t, EvalKey<DCRTPoly>>>;
using Complex = std::complex<double>;
template <typename T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

// The methods of one class, the first of a name in place of what was there.
class Methods {
public:
    Methods(const py::module_& module, const char* name) : cls_(module.attr(name)) {}

    template <typename Function, typename... Extra>
    Methods& locked(const char* name, Function function, const Extra&... extra) {
        // An older method of the name is a sibling only where it is of this file too.
        py::object sibling = added_.insert(name).second ? py::object(py::none()) : py::object(cls_.attr(name));
        cls_.attr(name) = py::cpp_function(function, py::name(name), py::is_method(cls_), py::sibling(sibling), extra...);
        return *this;
    }

    template <typename Function>
    Methods& def(const char* name, Function function) {
        return locked(name, function, py::call_guard<py::gil_scoped_release>());
    }

    py::object cls() const {
        return cls_;
    }

private:
    py::object cls_;
    std::set<std::string> added_;
};

template <typename T>
std::vector<T> copied(const Array<T>& values) {
    return {values.data(), values.data() + values.size()};
}

template <typename T>
Plaintext encoded(const Context& self, const Array<T>& values, size_t degree, uint32_t level, const py::object&, uint32_t slots) {
    const auto vector = copied(values);
    py::gil_scoped_release released;
    return self.MakeCKKSPackedPlaintext(vector, degree, level, nullptr, slots);
}

// The digits as the library takes them, owned by the ciphertext that carries them.
std::shared_ptr<std::vector<DCRTPoly>> shared(const C& digits) {
    return {digits, &digits->GetElements()};
}

py::int_ integer(const BigInteger& value) {
    return py::reinterpret_steal<py::int_>(PyLong_FromString(value.ToString().c_str(), nullptr, 10));
}

void put_arithmetic(Methods& context) {
    context.def("EvalAdd", [](const Context& self, const C& a, const C& b) { return self.EvalAdd(a, b); })
        .def("EvalAdd", [](const Context& self, const C& a, Plaintext& b) { return self.EvalAdd(a, b); })
        .def("EvalAdd", [](const Context& self, const C& a, double b) { return self.EvalAdd(a, b); })
        .def("EvalAdd", [](const Context& self, const C& a, Complex b) { return self.EvalAdd(a, b); })
        .def("EvalAddInPlace", [](const Context& self, C& a, const C& b) { self.EvalAddInPlace(a, b); })
        .def("EvalAddMutable", [](const Context& self, C& a, C& b) { return self.EvalAddMutable(a, b); })
        .def("EvalAddMutableInPlace", [](const Context& self, C& a, C& b) { self.EvalAddMutableInPlace(a, b); })
        .def("EvalSub", [](const Context& self, const C& a, const C& b) { return self.EvalSub(a, b); })
        .def("EvalSubMutable", [](const Context& self, C& a, C& b) { return self.EvalSubMutable(a, b); })
        .def("EvalNegate", [](const Context& self, const C& a) { return self.EvalNegate(a); })
        .def("EvalMult", [](const Context& self, const C& a, const C& b) { return self.EvalMult(a, b); })
        .def("EvalMult", [](const Context& self, const C& a, const Plaintext& b) { return self.EvalMult(a, b); })
        .def("EvalMult", [](const Context& self, const C& a, double b) { return self.EvalMult(a, b); })
        .def("EvalMult", [](const Context& self, const C& a, Complex b) { return self.EvalMult(a, b); })
        .def("EvalMultNoRelin", [](const Context& self, const C& a, const C& b) { return self.EvalMultNoRelin(a, b); })
        .def("Relinearize", [](const Context& self, const C& a) { return self.Relinearize(a); })
        .def("Compress", [](const Context& self, const C& a, uint32_t primes, size_t degree) {
            return self.Compress(a, primes, degree);
        });
}

void put_rotations(Methods& context) {
    context.def("EvalRotate", [](const Context& self, const C& a, int32_t step) { return self.EvalRotate(a, step); })
        .def("EvalFastRotationPrecompute",
             [](const CryptoContext<DCRTPoly>& self, const C& a) {
                 auto digits = std::make_shared<CiphertextImpl<DCRTPoly>>(self);
                 digits->SetElements(std::move(*self->EvalFastRotationPrecompute(a)));
                 return digits;
             })
        .def("EvalFastRotation", [](const Context& self, const C& a, int32_t step,
                                    const C& digits) { return self.EvalFastRotation(a, step, shared(digits)); })
        .def("EvalFastRotationExt",
             [](const Context& self, const C& a, int32_t step, const C& digits, bool with_first) {
                 return self.EvalFastRotationExt(a, step, shared(digits), with_first);
             })
        .def("KeySwitchDown", [](const Context& self, const C& a) { return self.KeySwitchDown(a); })
        .def("EvalAutomorphism", [](const Context& self, const C& a, uint32_t index, const Keys& keys) {
            return self.EvalAutomorphism(a, index, *keys);
        });
}

void put_context(Methods& context) {
    context
        .def("EvalBootstrap", [](const Context& self, const C& a, uint32_t iterations,
                                 uint32_t precision) { return self.EvalBootstrap(a, iterations, precision); })
        .def("EvalBootstrapStCFirst", [](const Context& self, const C& a, uint32_t iterations,
                                         uint32_t precision) { return self.EvalBootstrapStCFirst(a, iterations, precision); })
        .def("MultiEvalAutomorphismKeyGen",
             [](Context& self, const PrivateKey<DCRTPoly>& secret, const Keys& keys,
                const std::vector<uint32_t>& indices, const std::string& tag) {
                 return self.MultiEvalAutomorphismKeyGen(secret, keys, indices, tag);
             })
        .locked("MakeCKKSPackedPlaintext", &encoded<double>)
        .locked("MakeCKKSPackedPlaintext", &encoded<Complex>)
        .locked("GetElementParams", [](const Context& self) { return self.GetElementParams(); });
    context.cls().attr("GetExistingEvalAutomorphismKeyIndices") = py::staticmethod(py::cpp_function([](const std::string& tag) {
        const auto found = Context::GetExistingEvalAutomorphismKeyIndices(tag);
        return std::vector<uint32_t>(found.begin(), found.end());
    }));
}

}  // namespace

PYBIND11_MODULE(later, m) {
    const auto openfhe = py::module_::import("openfhe.openfhe");
    Methods context(openfhe, "CryptoContext");
    put_arithmetic(context);
    put_rotations(context);
    put_context(context);
    Methods(openfhe, "ParmType").locked("GetModulus", [](const DCRTPoly::Params& self) { return integer(self.GetModulus()); });
    Methods(openfhe, "Ciphertext").locked("NumberCiphertextElements", [](const CiphertextImpl<DCRTPoly>& self) {
        return self.NumberCiphertextElements();
    });
    Methods(openfhe, "Plaintext").locked("GetRealPackedValueArray", [](const PlaintextImpl& self) {
        const auto values = self.GetRealPackedValue();
        return py::array_t<double>(values.size(), values.data());
    });
}
